/** What the program sends over the network, and what comes back. */
export interface HttpRequest {
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning, if it is longer than anything that is to be expected. */
  readonly text: string;
}

/** Why there was no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly isTimeout: boolean;

  constructor(reason: string, isTimeout: boolean) {
    super(reason);
    this.isTimeout = isTimeout;
  }
}

/** @throws NoAnswer */
export type Send = (url: string, request: HttpRequest) => Promise<HttpAnswer>;
