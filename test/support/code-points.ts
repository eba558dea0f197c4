import fc from 'fast-check';

const FIRST_HALF = 0xd800;
const HALVES = 0x800;
const LAST = 0x10_ffff;

/** Any code point, none of them half a surrogate pair: fast-check's unit `binary`, without the second that it takes to make it. */
export const CODE_POINT: fc.Arbitrary<string> = fc.nat({ max: LAST - HALVES }).map(
  (index) => String.fromCodePoint(index < FIRST_HALF ? index : index + HALVES),
  (value) => {
    if (typeof value !== 'string') throw new Error('no text');
    const [character = '', ...rest] = value;
    const point = character.codePointAt(0) ?? FIRST_HALF;
    const isHalf = point >= FIRST_HALF && point < FIRST_HALF + HALVES;
    if (rest.length > 0 || isHalf) throw new Error('not one code point');
    return point < FIRST_HALF ? point : point - HALVES;
  },
);
