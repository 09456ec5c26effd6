import { byId, number } from './dom.js';

const POINTS = 60;
const WIDTH = 120;
const HEIGHT = 32;

/** @type {{ now: number, changes: number, deliveries: number } | undefined} */
let last;
const rates = { changes: /** @type {number[]} */ ([]), deliveries: /** @type {number[]} */ ([]) };

/** Takes the totals of one look; draws the rates of the last minute. */
export function feed({ now, totals }) {
  const sample = { now, changes: totals.changes, deliveries: totals.deliveries };
  const seconds = last === undefined ? 0 : (now - last.now) / 1_000;
  // Totals that went back belong to a server that started anew.
  if (last !== undefined && seconds > 0 && totals.changes >= last.changes) {
    for (const key of ['changes', 'deliveries']) {
      rates[key].push((sample[key] - last[key]) / seconds);
      if (rates[key].length > POINTS) rates[key].shift();
      byId(`${key}-rate`).textContent = number(Math.round(rates[key].at(-1)));
    }
    draw();
  }
  last = sample;
}

function draw() {
  const top = Math.max(1, ...rates.changes, ...rates.deliveries);
  for (const key of ['changes', 'deliveries']) {
    const start = POINTS - rates[key].length;
    const points = rates[key].map((rate, at) => {
      const x = ((start + at) / (POINTS - 1)) * WIDTH;
      return `${x.toFixed(1)},${(HEIGHT - 1 - (rate / top) * (HEIGHT - 3)).toFixed(1)}`;
    });
    byId(`spark-${key}`).setAttribute('points', points.join(' '));
  }
}
