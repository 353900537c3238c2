export { ENCODINGS, type Encoding } from './encodings.ts';
