// The service by HTTP: the token of the address, JSON both ways, and errors with the sentence that the service gave.

const KEY = "targetexpr.token";

/** The address on the terminal has the token behind `#`, where no server sees it; it is taken out of the address. */
function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY) ?? "";
}

export const token = takeToken();

/** Whether an address with another token was opened in this tab: the page begins anew with it. */
export function hasNewToken(): boolean {
  return new URLSearchParams(location.hash.slice(1)).has("token");
}

/** What the service refused, with its own sentence. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly detail: unknown = null,
  ) {
    super(message);
  }

  /** Whether a newer question took the place of this one. */
  get isCancelled(): boolean {
    return this.status === 409 && typeof this.detail === "object" && this.detail !== null && "cancelled" in this.detail;
  }
}

interface Options {
  body?: unknown; // JSON, or the bytes of a file
  signal?: AbortSignal;
  keepalive?: boolean; // the answer is not waited for: the page is being closed
}

/** Ask the service; its answer as it is. Raises ApiError for a refusal. */
export async function send(method: string, path: string, { body, signal, keepalive }: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  const isFile = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  let answer: Response;
  try {
    const sent = body === undefined ? undefined : isFile ? body : JSON.stringify(body);
    answer = await fetch(path, { method, headers, body: sent, signal, keepalive });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "The studio does not answer. Start `targetexpr studio` again.");
  }
  if (answer.ok) return answer;
  const text = await answer.text();
  let detail: unknown = null;
  try {
    detail = JSON.parse(text);
  } catch {
    // A refusal in plain text is a sentence already.
  }
  const said = typeof detail === "object" && detail !== null && "error" in detail ? String(detail.error) : text;
  throw new ApiError(answer.status, said || `The studio answered ${answer.status}.`, detail);
}

/** Ask the service; its answer as JSON, null where it has none. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const text = await (await send(method, path, options)).text();
  return (text ? JSON.parse(text) : null) as T;
}

/** Ask the service for a file, which the browser saves. */
export async function download(path: string, body: unknown): Promise<void> {
  const answer = await send("POST", path, { body });
  const named = /filename="?([^";]+)"?/.exec(answer.headers.get("Content-Disposition") ?? "");
  save(await answer.blob(), named?.[1] ?? "records");
}

/** Have the browser save a file. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
