import { describe, expect, it } from '@jest/globals';
import { endAtLastAttempt } from './last-attempt.js';

const attempt = async (last: boolean) => {
  let gaveUp = false;
  const failing = endAtLastAttempt(
    { id: 'evt_1', attempt: 1, last },
    async () => {
      throw new Error('the database is away');
    },
    async () => {
      gaveUp = true;
    },
  );
  await expect(failing).rejects.toThrow('the database is away');
  return gaveUp;
};

describe('a job that fails', () => {
  it('is given up at its last attempt and not before, and the fault goes on either way', async () => {
    expect(await attempt(false)).toBe(false);
    expect(await attempt(true)).toBe(true);
  });
});
