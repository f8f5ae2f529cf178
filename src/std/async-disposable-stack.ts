type Close = () => unknown;

/** What Plumbline uses of AsyncDisposableStack, for Node 22, which does not have it. */
export class ClosingStack {
  readonly #closers: Close[] = [];

  get disposed(): boolean {
    return this.#isDisposed;
  }
  #isDisposed = false;

  adopt<T>(value: T, close: (value: T) => unknown): T {
    this.defer(() => close(value));
    return value;
  }

  defer(close: Close): void {
    if (this.#isDisposed) throw new ReferenceError("the stack is disposed already");
    this.#closers.push(close);
  }

  /** Closes the newest first, all of them whatever fails, and then throws what was thrown. */
  async disposeAsync(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const thrown: unknown[] = [];
    for (const close of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length === 1) throw thrown[0];
    if (thrown.length > 1) throw new AggregateError(thrown, "several resources failed to close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disposeAsync();
  }
}

/** Call once at the start of the process. */
export function provideAsyncDisposableStack(): void {
  if ("AsyncDisposableStack" in globalThis) return;
  Object.defineProperty(globalThis, "AsyncDisposableStack", { value: ClosingStack, configurable: true });
}
