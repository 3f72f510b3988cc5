import type { CaseFile } from './case.js';
import { COPILOT, VSCODE } from './cases/clients.catalogue.js';
import { CODES } from './cases/codes.catalogue.js';
import { ENCODING } from './cases/encoding.catalogue.js';
import { CORS, ERRORS } from './cases/errors.catalogue.js';
import { LATEST } from './cases/latest.catalogue.js';
import { OPERATIONAL } from './cases/operational.catalogue.js';
import { CURSOR, ORDERING } from './cases/order.catalogue.js';
import { PARAMETERS } from './cases/parameters.catalogue.js';
import { PUBLISH } from './cases/publish.catalogue.js';
import { SHAPE } from './cases/shape.catalogue.js';
import { STATUS } from './cases/status.catalogue.js';
import { SYNC } from './cases/sync.catalogue.js';

/** Every case there is, in the order in which they run. */
export const CASE_FILES: readonly CaseFile[] = [
  SHAPE,
  PARAMETERS,
  CODES,
  ORDERING,
  CURSOR,
  ERRORS,
  CORS,
  ENCODING,
  VSCODE,
  COPILOT,
  OPERATIONAL,
  SYNC,
  PUBLISH,
  LATEST,
  STATUS,
];
