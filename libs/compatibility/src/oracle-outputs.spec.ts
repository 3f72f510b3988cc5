import { describe, expect, it } from '@jest/globals';
import { oracleSettings, reportOracle, runOracle } from '../test/oracle.js';

const settings = oracleSettings(process.env);

describe('output schemas before an independent judge', () => {
  it(
    `holds in ${settings.pairs} random pairs: nothing safe has a counter-example, every witness is accepted`,
    () => {
      const tally = runOracle({ side: 'output', ...settings });
      process.stdout.write(reportOracle('output', settings, tally));
      expect(tally.pairs).toBe(settings.pairs);
    },
    settings.timeLimitMs,
  );
});
