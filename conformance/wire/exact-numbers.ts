const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g;

/** Parses JSON with each number as a string that tells its exact decimal value, and whether it is written as a float. */
export const parseExactly = (text: string): unknown =>
  JSON.parse(
    text.replace(STRING_OR_NUMBER, (found, fraction, exponent) => {
      if (found.startsWith('"')) return found;
      const kind = fraction === undefined && exponent === undefined ? 'integer' : 'float';
      return JSON.stringify(`${kind} ${canonical(found)}`);
    }),
  );

/** Equal numbers are equal texts: digits without outer zeros, and an exponent. */
function canonical(lexeme: string): string {
  const [mantissa = '', exponent = '0'] = lexeme.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  const sign = lexeme.startsWith('-') ? '-' : '';
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}
