import type { IncomingMessage } from 'node:http';
import type { Transport } from '@modelcontextprotocol/client';
import { type RawData, WebSocket } from 'ws';
import { deliverMessage } from './deliver-message.js';
import { admit, errorCode, networkFault } from './dial-guard.js';
import { headerText } from './guarded-fetch.js';
import { USER_AGENT } from './inspector-identity.js';
import { openPinnedSocket, type SocketRules } from './pinned-socket.js';
import type { SessionTape, Trip } from './session-tape.js';

/** The subprotocol of MCP over WebSocket, as the SDKs have it. */
const SUBPROTOCOL = 'mcp';
const CLOSE_GRACE_MS = 500;
/** An inspection lasts seconds: a server that keeps a connection alive needs a handful. */
const MAX_CONTROL_FRAMES = 1_000;

/**
 * MCP over WebSocket: one JSON message a text frame, both ways. Dialled like every other inspection: the address is judged
 * and pinned, no redirect is followed, no `Origin` is sent, nothing is compressed, and a frame whose header announces more
 * than the limit is refused before it is read.
 */
export class WebSocketTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;

  /** How a connection that was established ended; null while it is open. */
  endedWith: string | null = null;
  private socket: WebSocket | null = null;
  private closing = false;
  private refused = false;
  private opened = false;
  private controlFrames = 0;

  constructor(
    private readonly url: URL,
    private readonly headers: Record<string, string>,
    private readonly rules: SocketRules,
  ) {}

  /** With these two accessors the SDK takes silence on its first question for a legacy server, as it has to here. */
  get pid(): null {
    return null;
  }
  get stderr(): null {
    return null;
  }

  async start(): Promise<void> {
    const { tape } = this.rules;
    await admit(this.rules, this.url, ['ws:', 'wss:']);
    const socket = this.dial();
    this.socket = socket;
    socket.on('message', (data, isBinary) => this.guarded(() => this.read(data, isBinary)));
    socket.on('ping', (data) => this.guarded(() => this.heedControl(data, true)));
    socket.on('pong', (data) => this.guarded(() => this.heedControl(data, false)));
    socket.on('error', (error) => this.failed(error));
    socket.on('close', (code) => {
      if (this.opened) this.endedWith ??= `the server closed the connection with code ${code}`;
      if (!this.closing) this.onclose?.();
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('upgrade', (answer) => tape.http({ status: answer.statusCode ?? 101, wwwAuthenticate: null }));
      socket.once('open', () => {
        this.opened = true;
        resolve();
      });
      socket.once('error', reject);
      socket.once('unexpected-response', (request, answer: IncomingMessage) => {
        const why = this.turnedAway(answer);
        request.destroy();
        reject(new Error(why));
      });
    });
  }

  async send(message: Parameters<Transport['send']>[0]): Promise<void> {
    const text = JSON.stringify(message);
    this.rules.tape.sent(text);
    const { socket } = this;
    if (socket?.readyState !== WebSocket.OPEN) throw new Error('The server has closed the connection.');
    await new Promise<void>((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve())));
  }

  /** Says goodbye, and hangs up when the server does not. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    const { socket } = this;
    if (socket !== null && socket.readyState !== WebSocket.CLOSED) {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
      if (this.rules.tape.trip === null && socket.readyState === WebSocket.OPEN) socket.close(1000);
      else socket.terminate();
      await closed;
      clearTimeout(timer);
    }
    this.onclose?.();
  }

  private dial(): WebSocket {
    const { limits } = this.rules.tape;
    const secure = this.url.protocol === 'wss:';
    const { hostname } = this.url;
    const port = Number(this.url.port) || (secure ? 443 : 80);
    return new WebSocket(this.url, [SUBPROTOCOL], {
      headers: { ...this.headers, 'user-agent': USER_AGENT },
      followRedirects: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: limits.maxFrameBytes,
      handshakeTimeout: limits.timeoutMs,
      createConnection: () => openPinnedSocket(this.rules, { hostname, port, secure }),
    });
  }

  private read(data: RawData, isBinary: boolean): void {
    // `binaryType` is `nodebuffer`: what arrives is one buffer
    const bytes = data as Buffer;
    const { tape } = this.rules;
    tape.count(bytes.byteLength, bytes.byteLength);
    if (isBinary) tape.abort({ outcome: 'protocol_violation', detail: 'The server sent a binary frame.' });
    deliverMessage(tape, this, bytes.toString('utf8'));
  }

  /** Pings are answered as RFC 6455 section 5.5.2 asks, but a flood of them ends the session. */
  private heedControl(data: Buffer, answer: boolean): void {
    const { tape } = this.rules;
    tape.count(data.byteLength + 2, 0);
    if (++this.controlFrames > MAX_CONTROL_FRAMES) {
      const detail = `The server sent more than ${MAX_CONTROL_FRAMES} control frames.`;
      tape.abort({ outcome: 'protocol_violation', detail });
    }
    if (answer) this.socket?.pong(data);
  }

  /** Runs what may trip the tape; a tripped session reads no more. */
  private guarded(work: () => void): void {
    if (this.rules.tape.trip !== null) return;
    try {
      work();
    } catch (error) {
      this.onerror?.(error as Error);
      void this.close();
    }
  }

  private failed(error: Error): void {
    const { tape, signal } = this.rules;
    if (!signal.aborted && !this.closing && !this.refused) tape.end(faultOf(error, tape));
    this.onerror?.(error);
  }

  /** The upgrade was answered with something else. */
  private turnedAway(answer: IncomingMessage): string {
    const { tape } = this.rules;
    const status = answer.statusCode ?? 0;
    this.refused = true;
    tape.http({ status, wwwAuthenticate: headerText(answer.headers['www-authenticate'] ?? null) });
    if (status >= 300 && status < 400) {
      const detail = `The server redirects (HTTP ${status}); a redirect is never followed. Register the final URL.`;
      tape.end({ outcome: 'refused_by_policy', detail });
    }
    return `The server answered the WebSocket upgrade with HTTP ${status}.`;
  }
}

function faultOf(error: Error, tape: SessionTape): Trip {
  const code = errorCode(error);
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    const detail = `The server sent a message of more than ${tape.limits.maxFrameBytes} bytes.`;
    return { outcome: 'protocol_violation', detail };
  }
  const fault = code?.startsWith('WS_ERR_') ? null : networkFault(error);
  if (fault !== null) return fault;
  const detail = `The server broke the WebSocket protocol: ${error.message.slice(0, 200)}`;
  return { outcome: 'protocol_violation', detail };
}
