import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildContract, type Contract, type IntakeIssue } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';

/** What a published server offered on the day it was recorded; a package with loose dependencies may offer something else today. */
export type RecordedContract = {
  package: string;
  version: string;
  recordedAt: string;
  launch: string;
  protocolVersion: string;
  offer: { tools: JsonValue[]; instructions: string | null; capabilities: JsonObject };
};

/** Below the root of the repository, where tests and benches run. */
export const RECORDED_FOLDER = path.join('test', 'contracts', 'recorded');

export function recordedFile(name: string, version: string): string {
  return path.join(RECORDED_FOLDER, `${name}-${version}.json`);
}

export function readRecorded(name: string, version: string): RecordedContract {
  return JSON.parse(readFileSync(recordedFile(name, version), 'utf8')) as RecordedContract;
}

/** The contract of a record with what intake did not accept of it. */
export function contractOfRecord({ offer }: RecordedContract): { contract: Contract; issues: IntakeIssue[] } {
  return buildContract(offer);
}

/** All records of one server, in the order of their versions. */
export function recordedVersions(name: string): RecordedContract[] {
  const files = readdirSync(RECORDED_FOLDER).filter((file) => file.startsWith(`${name}-`));
  const records = files.map(
    (file) => JSON.parse(readFileSync(path.join(RECORDED_FOLDER, file), 'utf8')) as RecordedContract,
  );
  return records.sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

export const RECORDED_SERVERS = ['everything', 'filesystem', 'memory', 'sequential-thinking', 'context7'] as const;
