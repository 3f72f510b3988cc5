export { asOwner } from './owner-session.js';
export { type TestDatabase, testDatabase } from './test-database.js';
