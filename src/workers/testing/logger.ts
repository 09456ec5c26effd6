import type { Logger } from '../../observability/logger.js';

/** A logger that keeps what it is told. */
export function recordingLogger(): Logger & {
  readonly lines: { level: string; message: string; facts: object }[];
} {
  const lines: { level: string; message: string; facts: object }[] = [];
  const at = (level: string) => (facts: object, message: string) => {
    lines.push({ level, message, facts });
  };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), lines };
  return logger as unknown as Logger & { lines: typeof lines };
}
