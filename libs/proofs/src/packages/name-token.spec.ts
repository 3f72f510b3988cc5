import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namesServer, visibleText } from './name-token.js';

const NAME = 'com.acme/pay';

describe('the token in a README', () => {
  it.each([
    `mcp-name: ${NAME}`,
    `# x\n\nmcp-name: ${NAME}\n`,
    `<!-- mcp-name: ${NAME} -->`,
    `(mcp-name:${NAME})`,
    `This is mcp-name: ${NAME}. Thanks.`,
    `mcp-name: ${NAME}-later and mcp-name: ${NAME}`,
    `mcp-name: ${NAME}<br>`,
  ])('is found in %j', (text) => expect(namesServer(text, NAME)).toBe(true));

  it.each([
    `mcp-name: ${NAME}-later`,
    `mcp-name: ${NAME}.v2`,
    `mcp-name: ${NAME}_2`,
    `mcp-name: ${NAME}/x`,
    `mcp-name: ${NAME}ä`,
    `mcp-name: ${NAME}..x`,
    `mcp-name: x${NAME}`,
    `mcp-name: com.acme/`,
    `xmcp-name: ${NAME}`,
    `not-mcp-name: ${NAME}`,
    `mcp-name:\n${NAME}`,
    `MCP-NAME: ${NAME}`,
    NAME,
    '',
  ])('is not found in %j', (text) => expect(namesServer(text, NAME)).toBe(false));

  it('never belongs to a longer name', () => {
    const tail = fc.stringMatching(/^[A-Za-z0-9._-]*[A-Za-z0-9]$/);
    fc.assert(fc.property(tail, (more) => !namesServer(`mcp-name: ${NAME}${more}`, NAME)));
  });
});

describe('the visible text of a page', () => {
  it.each([
    ['<p>mcp-name: com.acme&#x2F;pay</p>', true],
    [`<p>mcp-name: <b>${NAME}</b></p>`, true],
    [`<!-- mcp-name: ${NAME} -->`, false],
    [`<!-- open mcp-name: ${NAME}`, false],
    [`<img alt="mcp-name: ${NAME}">`, false],
    [`<script>mcp-name: ${NAME}</script>`, false],
    [`<STYLE>mcp-name: ${NAME}</STYLE>`, false],
    [`<!-- --> mcp-name: ${NAME}`, true],
  ])('of %j names the server: %s', (html, named) => expect(namesServer(visibleText(html), NAME)).toBe(named));

  it('is found in time that grows with the page only', () => {
    const started = Date.now();
    for (const part of ['<!--', '<', '<script', '<!-- -->', '&lt;']) visibleText(part.repeat(500_000));
    expect(Date.now() - started).toBeLessThan(5_000);
  });
});
