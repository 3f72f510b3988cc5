import { type Validator, validatorOf } from '@rollcall/compatibility';
import type { JsonValue } from '@rollcall/kernel';
import type { ExampleCall } from './expectation-document.js';

/** The example calls that the old schema accepts and the new one refuses, by position: each is a certain break. */
export function brokenExamples(examples: readonly ExampleCall[], base: JsonValue, head: JsonValue): number[] {
  if (examples.length === 0) return [];
  const before = validatorOf(base);
  const after = validatorOf(head);
  return [...examples.keys()].filter((index) => {
    const { arguments: args } = examples[index] as ExampleCall;
    return accepts(before, args) !== false && accepts(after, args) === false;
  });
}

/** Null when the validator cannot tell. A call that may have been valid counts as one that was. */
function accepts(validator: Validator | string, value: JsonValue): boolean | null {
  if (typeof validator === 'string') return null;
  try {
    return validator(value).valid;
  } catch (cause) {
    // A schema that refers to itself without end overflows the stack of generated code.
    if (cause instanceof RangeError) return null;
    throw cause;
  }
}
