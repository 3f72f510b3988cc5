import { useEffect } from 'react';
import { escapeInvisible } from '../display/invisible.js';

/** The tab's title is the subject of the screen's question. */
export function usePageTitle(subject: string): void {
  useEffect(() => {
    document.title = `${escapeInvisible(subject)} · Rollcall`;
  }, [subject]);
}
