import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@rollcall/config';
import { Refusal } from '@rollcall/kernel';
import { CommanderError } from 'commander';
import { EXIT, exitOfCode } from './exit-codes.js';
import { CliFailure, describeFailure, usage } from './failure.js';

describe('exit codes', () => {
  it('are the promised ones', () => {
    expect(EXIT).toEqual({
      done: 0,
      no: 1,
      usage: 2,
      notAllowed: 3,
      unreachable: 4,
      protocol: 5,
      undecided: 6,
      bug: 70,
    });
  });

  it.each([
    ['SEMVER_MAJOR_REQUIRED', 1],
    ['SEMVER_MINOR_REQUIRED', 1],
    ['GUARD_UNMET', 2],
    ['NOT_FOUND', 2],
    ['VERSION_CONFLICT', 2],
    ['SOMETHING_NEW', 2],
    ['toString', 2],
    ['UNAUTHENTICATED', 3],
    ['FORBIDDEN', 3],
    ['TARGET_AUTH_REQUIRED', 3],
    ['TARGET_FORBIDDEN', 3],
    ['NETWORK', 4],
    ['TIMEOUT', 4],
    ['UNAVAILABLE', 4],
    ['RATE_LIMITED', 4],
    ['TARGET_UNREACHABLE', 4],
    ['TARGET_TIMEOUT', 4],
    ['TARGET_PROTOCOL_VIOLATION', 5],
    ['CONTRACT_INCOMPLETE', 5],
    ['UNDECIDED', 6],
    ['STILL_RUNNING', 6],
    ['INTERNAL', 70],
    ['VERSION_SKEW', 70],
  ])('%s ends with %i', (code, exit) => {
    expect(exitOfCode(code)).toBe(exit);
  });
});

describe('a failure', () => {
  it('keeps what a refusal says', () => {
    const refusal = new Refusal({ code: 'FORBIDDEN', message: 'No.', nextStep: 'Ask.', details: { role: 'owner' } });
    expect(describeFailure(refusal)).toEqual({
      exitCode: 3,
      body: {
        code: 'FORBIDDEN',
        message: 'No.',
        nextStep: 'Ask.',
        docs: null,
        requestId: null,
        details: { role: 'owner' },
      },
    });
  });

  it('of wrong use exits 2, whatever its code', () => {
    expect(describeFailure(usage('No.', 'Do.', 'TIMEOUT')).exitCode).toBe(2);
    expect(
      describeFailure(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'")),
    ).toMatchObject({
      exitCode: 2,
      body: { code: 'USAGE', message: "Unknown option '--x'." },
    });
    const config = new ConfigError([{ variable: 'ROLLCALL_URL', problem: 'is not a URL' }]);
    expect(describeFailure(config)).toMatchObject({ exitCode: 2, body: { code: 'CONFIG_INVALID' } });
  });

  it('that nobody expected is our bug', () => {
    expect(describeFailure(new RangeError('odd'))).toMatchObject({ exitCode: 70, body: { code: 'INTERNAL' } });
    expect(describeFailure('odd')).toMatchObject({ exitCode: 70 });
  });

  it('carries the request id to ask about', () => {
    const failure = new CliFailure({ code: 'INTERNAL', message: 'Oh.', nextStep: 'Ask.', requestId: 'req_1' });
    expect(describeFailure(failure).body.requestId).toBe('req_1');
  });
});
