export { buildContract, MAX_MEMBERS } from './build-contract.js';
export { invisibleCodePoints } from './code-points.js';
export * from './contract.js';
export { canonicalJson, digestOf, hasLoneSurrogate, merkleRoot, sha256Hex } from './digest.js';
export { MAX_MEMBER_BYTES } from './member-intake.js';
export { MAX_CONTRACT_BYTES, readContract } from './read-contract.js';
export { type HeaderPlacement, scanHeaders } from './schema-intake.js';
export { pointer, resolvePointer, type SchemaPlace, someSchema, walkSchema, withoutKeywords } from './schema-walk.js';
export { MAX_DEPTH, MAX_TEXT_BYTES, type ParseLimits, parseStrict, setOwn } from './strict-json.js';
