import { describe, expect, it } from '@jest/globals';
import { oracleSettings, reportOracle, runOracle } from '../test/oracle.js';

const settings = oracleSettings(process.env);

describe('input schemas before an independent judge', () => {
  it(
    `holds in ${settings.pairs} random pairs: nothing safe has a counter-example, every witness is accepted`,
    () => {
      const tally = runOracle({ side: 'input', ...settings });
      process.stdout.write(reportOracle('input', settings, tally));
      expect(tally.pairs).toBe(settings.pairs);
    },
    settings.timeLimitMs,
  );
});
