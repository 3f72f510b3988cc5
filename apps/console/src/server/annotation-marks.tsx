import {
  IconBomb,
  IconEye,
  IconHome,
  IconPencil,
  IconPencilPlus,
  IconRepeat,
  IconRepeatOff,
  IconWorld,
} from '@tabler/icons-react';
import { type Look, Mark } from '../display/mark.js';
import { type Hint, hintsOf } from './annotations.js';

const readOnly: Look = { icon: IconEye, word: 'read-only', tone: 'good' };
const writes: Look = { icon: IconPencil, word: 'writes', tone: 'warn' };
const destructive: Look = { icon: IconBomb, word: 'destructive', tone: 'bad' };
const additive: Look = { icon: IconPencilPlus, word: 'additive only', tone: 'info' };
const idempotent: Look = { icon: IconRepeat, word: 'idempotent', tone: 'info' };
const notIdempotent: Look = { icon: IconRepeatOff, word: 'not idempotent', tone: 'mute' };
const openWorld: Look = { icon: IconWorld, word: 'open world', tone: 'warn' };
const closedWorld: Look = { icon: IconHome, word: 'closed world', tone: 'mute' };

/** What a server says about a tool's effects; dashed where the protocol's default speaks for it. */
export function AnnotationMarks({ annotations }: { annotations: unknown }) {
  const hints = hintsOf(annotations);
  return (
    <>
      <HintMark hint={hints.readOnly} yes={readOnly} no={writes} />
      {!hints.readOnly.value && (
        <>
          <HintMark hint={hints.destructive} yes={destructive} no={additive} />
          <HintMark hint={hints.idempotent} yes={idempotent} no={notIdempotent} />
        </>
      )}
      <HintMark hint={hints.openWorld} yes={openWorld} no={closedWorld} />
    </>
  );
}

function HintMark({ hint, yes, no }: { hint: Hint; yes: Look; no: Look }) {
  const look = hint.value ? yes : no;
  if (hint.declared) return <Mark {...look} detail="Declared by the server; a hint, not a promise" />;
  return (
    <span className="assumed">
      <Mark {...look} word={`${look.word} (default)`} detail="Not declared: the protocol's default" />
    </span>
  );
}
