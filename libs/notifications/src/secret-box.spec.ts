import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotificationSettings } from './notification-settings.js';
import { openSecretsKey, SecretBox } from './secret-box.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'rollcall-secrets-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const box = (file: string) =>
  new SecretBox(new NotificationSettings({ secretsKeyFile: path.join(home, file), publicUrl: 'https://x.example' }));
const PLACE = ['org_1', 'whk_1', 'secret'];

describe('a sealed secret', () => {
  it('is opened where it was sealed, and nowhere else', () => {
    const sealed = box('key').seal('whsec_ä', PLACE);
    expect(sealed).not.toContain('whsec');
    expect(box('key').open(sealed, PLACE)).toBe('whsec_ä');
    const refused = expect.objectContaining({ code: 'SECRET_UNREADABLE' });
    const opening = (attempt: () => string) => {
      try {
        return attempt();
      } catch (error) {
        return error;
      }
    };
    expect(opening(() => box('key').open(sealed, ['org_1', 'whk_2', 'secret']))).toEqual(refused);
    expect(opening(() => box('other-key').open(sealed, PLACE))).toEqual(refused);
    for (const wrong of ['', 'v1.', 'v2.AAAA', `${sealed}AAAA`, sealed.slice(0, -2), sealed.replace('v1.', 'v1.AA')]) {
      expect(opening(() => box('key').open(wrong, PLACE))).toEqual(refused);
    }
  });

  it('never looks the same twice', () => {
    expect(box('key').seal('x', PLACE)).not.toBe(box('key').seal('x', PLACE));
  });
});

describe('the key file', () => {
  it('is made once by whoever comes first, readable by its owner alone', () => {
    const file = path.join(home, 'deep', 'secrets.key');
    const first = openSecretsKey(file);
    expect(openSecretsKey(file).equals(first)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(file))).toEqual(['secrets.key']);
  });

  it('is never made anew over one that cannot be read', () => {
    const file = path.join(home, 'broken.key');
    writeFileSync(file, 'not a key\n');
    expect(() => openSecretsKey(file)).toThrow('does not hold a key');
    expect(readFileSync(file, 'utf8')).toBe('not a key\n');
  });
});
