/** Waits, but ends early when `stopping` is aborted. Unless `ref` is false, the process lives as long. */
export async function pause(
  milliseconds: number,
  stopping: AbortSignal,
  { ref = true }: { readonly ref?: boolean } = {},
): Promise<void> {
  if (stopping.aborted || milliseconds <= 0) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (!ref) timer.unref();
    stopping.addEventListener('abort', end);
  });
}
