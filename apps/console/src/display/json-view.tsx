import { SafeText } from './safe-text.js';

const limit = 200_000;

/** A JSON value, indented, scrollable by keyboard. Very large values are cut with a note: copy them from the API. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  const shown = text.length > limit ? `${text.slice(0, limit)}\n… cut after ${limit} characters` : text;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1)
    <section className="json" aria-label={label} tabIndex={0}>
      <pre>
        <SafeText text={shown} />
      </pre>
    </section>
  );
}
