/**
 * Cuts a `text/event-stream` body (WHATWG HTML, server-sent events) into the data of its events. It only observes: the
 * SDK parses the same bytes for itself.
 */
export class EventStreamReader {
  private line = '';
  private data: string[] = [];
  private sawReturn = false;
  private size = 0;

  constructor(private readonly onData: (text: string) => void) {}

  /** Size in characters of the event being read: what a frame limit is checked against. */
  get pending(): number {
    return this.size;
  }

  push(text: string): void {
    let start = 0;
    this.size += text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code !== 10 && code !== 13) {
        this.sawReturn = false;
        continue;
      }
      const crlf = code === 10 && this.sawReturn;
      if (!crlf) this.endLine(this.line + text.slice(start, i));
      this.line = '';
      start = i + 1;
      this.sawReturn = code === 13;
    }
    this.line += text.slice(start);
  }

  private endLine(line: string): void {
    if (line === '') {
      if (this.data.length > 0) this.onData(this.data.join('\n'));
      this.data = [];
      this.size = 0;
      return;
    }
    if (line === 'data') this.data.push('');
    else if (line.startsWith('data:')) this.data.push(line.slice(line.charCodeAt(5) === 32 ? 6 : 5));
  }
}
