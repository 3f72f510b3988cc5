// node --import ./tools/typescript.mjs FILE.ts: runs a TypeScript source of this repository without a build.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
