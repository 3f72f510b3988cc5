import { describe, expect, it } from '@jest/globals';
import { shellWord } from './shell-word.js';

describe('a word of a copied command', () => {
  it('stays as it is when a shell would take it literally', () => {
    expect(shellWord('registry:com.acme/billing@1.3.0+b1')).toBe('registry:com.acme/billing@1.3.0+b1');
  });

  it('is quoted when a shell would act on it', () => {
    expect(shellWord('a@1; rm -rf ~')).toBe(`'a@1; rm -rf ~'`);
    expect(shellWord('$(id)')).toBe(`'$(id)'`);
    expect(shellWord(`it's`)).toBe(`'it'\\''s'`);
    expect(shellWord('1\nwhoami')).toBe(`'1\nwhoami'`);
    expect(shellWord('')).toBe(`''`);
  });
});
