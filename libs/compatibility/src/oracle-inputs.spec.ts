import { describe, expect, it } from '@jest/globals';
import { oracleSettings } from '../test/oracle.js';
import { runOracleApart } from '../test/oracle-process.js';

const { timeLimitMs, ...settings } = oracleSettings(process.env);

describe('input schemas before an independent judge', () => {
  it(
    `holds in ${settings.pairs} random pairs: nothing safe has a counter-example, every witness is accepted`,
    async () => {
      const told = await runOracleApart({ side: 'input', ...settings }, timeLimitMs);
      process.stdout.write(told);
      expect(told).toContain(`"pairs":${settings.pairs},`);
    },
    timeLimitMs,
  );
});
