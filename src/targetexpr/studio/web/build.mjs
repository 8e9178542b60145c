// Builds the page into ../static: one script, one chunk of charts, one style sheet, the page itself, and the licences.
// The same sources and lock give the same bytes; the gate builds them anew and compares.
import { build } from "esbuild";
import { readFileSync, readdirSync, rmSync, writeFileSync, copyFileSync, mkdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import path from "node:path";

const HERE = import.meta.dirname;
const OUT = path.join(HERE, "..", "static");
const MOST = 300_000; // bytes of the whole page, compressed

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);

const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: [{ in: "main.tsx", out: "studio" }, { in: "style.css", out: "studio" }],
  outdir: OUT,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  chunkNames: "[name]", // stable names: a split part is named after the module that is loaded later
  legalComments: "none", // they stand in licences.txt, whole
  metafile: true,
  logLevel: "warning",
});
copyFileSync(path.join(HERE, "index.html"), path.join(OUT, "index.html"));
writeFileSync(path.join(OUT, "licences.txt"), licences());

let all = 0;
for (const name of readdirSync(OUT).sort()) {
  const bytes = readFileSync(path.join(OUT, name));
  const packed = gzipSync(bytes, { level: 9 }).length;
  if (!name.endsWith(".txt")) all += packed;
  console.log(`${name.padEnd(20)}${String(bytes.length).padStart(9)}${String(packed).padStart(9)} compressed`);
}
console.log(`${"the page".padEnd(29)}${String(all).padStart(9)} compressed`);
if (all > MOST) throw new Error(`the page may have ${MOST} bytes compressed`);

/** The packages of which something is in the page, each with its licence, in order of their names. */
function licences() {
  const names = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (found && bytesInOutput > 0) names.add(found[1]);
    }
  }
  const parts = [...names].sort().map(name => {
    const folder = path.join(HERE, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).sort().find(one => /^licen[cs]e/i.test(one));
    if (!license || !file) throw new Error(`${name} has no licence`);
    const text = readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `The page contains code of these packages.\n\n${parts.join(`\n${"-".repeat(100)}\n\n`)}`;
}
