#!/usr/bin/env node
// npm run build: generated code, one compile of all processes and libs, assets, console. What is up to date is skipped.
import './require-node.mjs';
import path from 'node:path';
import { build } from './build-steps.mjs';
import { entry } from './say.mjs';

await entry(() => build(path.resolve(import.meta.dirname, '..'), { force: process.argv.includes('--force') }));
