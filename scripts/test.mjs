#!/usr/bin/env node
// npm test: everything that must pass before landing. Installs and generates what is missing; ends with the sums.
import './require-node.mjs';

// loaded only now: an old Node cannot even read what these import
const { testCommand } = await import('./test-command.mjs');
await testCommand(process.argv.slice(2));
