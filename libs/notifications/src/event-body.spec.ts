import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isEventPattern, matchesPattern } from './event.catalogue.js';
import { slackBody } from './event-body.js';
import { excerptOf, plainLine, slackText } from './plain-text.js';

const event = (name: string, handle = 'olivia') => ({
  id: 'evt_1',
  type: 'dev.rollcall.version.approved.v1',
  subject: 'x',
  occurredAt: new Date('2026-11-20T12:00:00Z'),
  data: {
    server: { id: 'srv_1', name },
    version: '1.0.0',
    versionId: 'ver_1',
    url: 'https://rollcall.example.com/servers/com.acme/x?version=1.0.0',
    transitionId: 'trn_1',
    from: 'in_review',
    to: 'staging',
    actor: { id: 'prn_1', handle },
  },
});

describe('a message to Slack', () => {
  it('is a sentence and one link of ours', () => {
    const { body, contentType } = slackBody(event('com.acme/x'));
    expect(contentType).toContain('application/json');
    expect(JSON.parse(body)).toMatchObject({
      text: 'com.acme/x 1.0.0 was approved by olivia.',
      mrkdwn: false,
      blocks: [
        { type: 'section', text: { type: 'plain_text', text: 'com.acme/x 1.0.0 was approved by olivia.' } },
        {
          type: 'context',
          elements: [{ text: expect.stringMatching(/^<https:\/\/rollcall\.example\.com\/[^|>]*\|Open> /) }],
        },
      ],
    });
  });

  it('contains no markup and nothing unseen, whatever people call things', () => {
    const nasty = '<!channel> <https://evil.example|click> & \u202Egnp.exe\u200B\u{E0041}\nnext';
    const { text } = JSON.parse(slackBody(event(nasty)).body) as { text: string };
    expect(text).toBe(
      '&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; gnp.exe next 1.0.0 was approved by olivia.',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const sent = JSON.parse(slackBody(event(name)).body) as { text: string };
        expect(sent.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)|[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});

describe('texts of strangers', () => {
  it('are cut by characters and by bytes, never within one', () => {
    expect(plainLine('𝄞'.repeat(10), 5)).toBe(`${'𝄞'.repeat(4)}…`);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.integer({ min: 0, max: 1024 }), (bytes, limit) => {
        const text = excerptOf(bytes, limit);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
        expect(text).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      }),
    );
    expect(slackText('a<b>&')).toBe('a&lt;b&gt;&amp;');
  });
});

describe('a pattern', () => {
  it('names everything, a noun, or one type that there is', () => {
    const good = ['*', 'dev.rollcall.*', 'dev.rollcall.version.*', 'dev.rollcall.check.concluded.v1'];
    expect(good.filter((one) => !isEventPattern(one))).toEqual([]);
    const bad = [
      '',
      'dev.*',
      'dev.rollcall.version',
      'dev.rollcall.moon.*',
      'dev.rollcall.version.*.v1',
      'dev.rollcall.check.concluded.v2',
      '**',
      '.*',
    ];
    expect(bad.filter(isEventPattern)).toEqual([]);
    expect(matchesPattern('dev.rollcall.version.approved.v1', 'dev.rollcall.version.*')).toBe(true);
    expect(matchesPattern('dev.rollcall.check.concluded.v1', 'dev.rollcall.version.*')).toBe(false);
    expect(matchesPattern('dev.rollcall.check.concluded.v1', 'dev.rollcall.check.concluded.v')).toBe(false);
  });
});
