#!/usr/bin/env node
// npm run up: everything on one machine. Installs and builds what is missing, then hands over to apps/up.
import './require-node.mjs';

// loaded only now: an old Node cannot even read what these import
const { upCommand } = await import('./up-command.mjs');
await upCommand(process.argv.slice(2));
