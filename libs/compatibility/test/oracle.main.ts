import { type OracleRun, reportOracle, runOracle } from './oracle.js';

/** One side of the oracle in a process of its own: inside jest's sandbox the same work takes several times as long. */
const run = JSON.parse(process.argv[2] ?? '') as OracleRun;
process.stdout.write(reportOracle(run.side, run, runOracle(run)));
