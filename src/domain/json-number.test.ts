import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inexactNumber } from './json-number.js';

const EXACT = [
  ...[
    '0',
    '-0',
    '0.0',
    '-0e5',
    '1.0',
    '1E5',
    '1e21',
    '1e+21',
    '0.1',
    '-0.1',
    '9007199254740991',
    '9007199254740992',
  ],
  ...[
    '-9007199254740991',
    '123456789012345680000',
    '1e22',
    '1.7976931348623157e308',
    '5e-324',
    '1e0000000000000002',
  ],
  ...[
    '0.10000000000000000000000',
    '1000000000000000000000.000',
    '0.000000000000000000001',
    '0e999',
    '0.1e-99',
  ],
];
const INEXACT = [
  ...[
    '9007199254740993',
    '-9007199254740993',
    '18446744073709551616',
    '9223372036854775807',
    '1e400',
    '-1e400',
    '1e-400',
  ],
  ...[
    '0.1000000000000000055511151231257827',
    '1.7976931348623159e308',
    '3e-324',
    '123456789012345678',
    '0.30000000000000001',
  ],
  ...['1234567890.12345678', '12345678901234567e10'],
];

test('a number that JSON.stringify prints back with another value is found', () => {
  for (const lexeme of EXACT) {
    for (const text of [lexeme, ` ${lexeme}`, `[${lexeme}]`, `{"a": ${lexeme} }`]) {
      assert.equal(inexactNumber(text), undefined, text);
    }
  }
  for (const lexeme of INEXACT) {
    assert.deepEqual(inexactNumber(lexeme), { lexeme, pointer: '' });
    assert.deepEqual(inexactNumber(` ${lexeme} `), { lexeme, pointer: '' });
    assert.deepEqual(inexactNumber(`[1,[2,{}],${lexeme},2]`), { lexeme, pointer: '/2' });
  }
});

test('the pointer names where it stands', () => {
  const text =
    '{"1234567890123456789":"9007199254740993","a":{"b":["x:,[]{}",{"c/d~\\u0065":[[], 1, -1e400 ]}]},"z":1e400}';
  assert.deepEqual(inexactNumber(text), { lexeme: '-1e400', pointer: '/a/b/1/c~1d~0e/2' });
});

test('digits in strings and keys are no numbers', () => {
  assert.equal(
    inexactNumber(
      '{"9007199254740993":"9007199254740993",":9007199254740993":["1e400","\\"9007199254740993"]}',
    ),
    undefined,
  );
});

/** The decimal value as a fraction: an oracle that shares nothing with the code under test. */
function fraction(lexeme: string): { readonly over: bigint; readonly under: bigint } {
  const [, sign, whole, part = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(
    lexeme,
  )!;
  const shift = Number(exponent) - part.length;
  const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
  return shift >= 0
    ? { over: digits * 10n ** BigInt(shift), under: 1n }
    : { over: digits, under: 10n ** BigInt(-shift) };
}

test('thousands of random numbers against exact fractions', () => {
  let state = 42;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const digits = (count: number): string => Array.from({ length: count }, () => next(10)).join('');
  let inexact = 0;
  for (let round = 0; round < 5000; round += 1) {
    const part = next(2) === 0 ? '' : `.${digits(1 + next(12))}`;
    const exponent =
      next(3) === 0
        ? `${next(2) === 0 ? 'e' : 'E'}${['', '+', '-'][next(3)]}${next(next(2) === 0 ? 40 : 330)}`
        : '';
    const lexeme = `${next(2) === 0 ? '-' : ''}${1 + next(9)}${digits(next(14))}${part}${exponent}`;
    const value = Number(lexeme);
    const [left, right] = [fraction(lexeme), Number.isFinite(value) ? fraction(String(value)) : undefined];
    const same = right !== undefined && left.over * right.under === right.over * left.under;
    if (!same) inexact += 1;
    assert.equal(inexactNumber(`{"n":${lexeme}}`) === undefined, same, lexeme);
  }
  assert.ok(inexact > 500 && inexact < 4500, `both kinds occur, ${inexact} inexact`);
});
