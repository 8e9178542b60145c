// Lines of the data that could not be read, each with its reason.
import { useState } from "preact/hooks";
import { Sentence } from "../sentence";
import { data, said } from "../state";
import type { Problems as Found } from "./answers";
import { count, problems } from "./data";
import { Trouble } from "./trouble";

export function Problems() {
  const now = data.value;
  if (!now?.errors) return null;
  return <List key={now.id} id={now.id} errors={now.errors} />;
}

function List({ id, errors }: { id: string; errors: number }) {
  const [found, setFound] = useState<Found | null>(null);
  const [trouble, setTrouble] = useState("");
  const more = async (): Promise<void> => {
    try {
      const rows = found?.rows ?? [];
      const now = await problems(id, rows.length);
      if (now) setFound({ total: now.total, rows: [...rows, ...now.rows] });
    } catch (error) {
      setTrouble(said(error));
    }
  };
  return (
    <details class="panel unread" onToggle={event => event.currentTarget.open && !found && void more()}>
      <summary>
        <span aria-hidden="true">! </span>
        {count(errors)} {errors === 1 ? "line" : "lines"} could not be read
      </summary>
      <Trouble text={trouble} />
      {found && (
        <ul>
          {found.rows.map((one, at) => (
            <li key={at}>
              <span class="small">{one.place}</span> <Sentence text={one.message} />
            </li>
          ))}
        </ul>
      )}
      {found && found.rows.length < found.total && <button onClick={() => void more()}>Show more</button>}
    </details>
  );
}
