/**
 * Makes dist/ from src/: one module of all parts of the client, one of the hooks, one that sends
 * files, and their types.
 *
 *   node build.mjs                       writes dist/
 *   node build.mjs --check               fails when dist/ is not what src/ makes
 *   … --typescript DIR --types DIR       where TypeScript and the types of React are, when not in
 *                                        node_modules/; without types those of React are assumed
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** In the order in which they may see each other. */
const PARTS = ['protocol', 'emitter', 'commands', 'channel', 'link', 'inbox', 'sharing', 'client'];

const HERE = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    check: { type: 'boolean' },
    typescript: { type: 'string' },
    types: { type: 'string' },
    scratch: { type: 'string', default: join(HERE, 'node_modules/.build') },
  },
});
const ts = createRequire(import.meta.url)(values.typescript ?? 'typescript');

const scratch = values.scratch;
mkdirSync(scratch, { recursive: true });
const sources = { client: PARTS.map(part).join('\n'), react: read('react'), upload: read('upload') };
for (const [name, text] of Object.entries(sources)) writeFileSync(join(scratch, `${name}.ts`), text);

const wanted = new Map([...emit({ removeComments: true }, '.js'), ...emit({ stripInternal: true }, '.d.ts')]);
let differing = 0;
for (const [name, text] of wanted) {
  const file = join(HERE, 'dist', name);
  if (!values.check) {
    writeFileSync(file, text);
  } else if (current(file) !== text) {
    differing++;
    console.error(`dist/${name} is not what src/ makes: run npm run build`);
  }
}
rmSync(scratch, { recursive: true });
process.exitCode = differing ? 1 : 0;

function read(name) {
  return readFileSync(join(HERE, 'src', `${name}.ts`), 'utf8');
}

/** A part without its imports of other parts, which are in the same module. */
function part(name) {
  return read(name).replace(/^import .* from '\.\/.*';\n/gm, '').trimStart();
}

function current(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Without indentation, which would be a tenth of what is loaded. */
function dense(text) {
  return text.replace(/^ +/gm, '');
}

/** What the compiler makes with these options, by file name; ends the process when it complains. */
function emit(options, suffix) {
  const types = values.types ?? join(HERE, 'node_modules/@types');
  const program = ts.createProgram(
    Object.keys(sources).map((name) => join(scratch, `${name}.ts`)),
    {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      strict: true,
      noImplicitOverride: true,
      noImplicitReturns: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      verbatimModuleSyntax: false,
      isolatedModules: true,
      skipLibCheck: true,
      types: [],
      paths: { react: [join(types, 'react/index.d.ts')], csstype: [join(types, 'csstype/index.d.ts')] },
      declaration: true,
      newLine: ts.NewLineKind.LineFeed,
      ...options,
    },
  );
  const made = [];
  const result = program.emit(undefined, (path, text) => {
    if (path.endsWith(suffix)) made.push([path.slice(path.lastIndexOf('/') + 1), suffix === '.js' ? dense(text) : text]);
  });
  const complaints = [...ts.getPreEmitDiagnostics(program), ...result.diagnostics];
  if (complaints.length > 0) {
    const host = { getCurrentDirectory: () => HERE, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
    console.error(ts.formatDiagnostics(complaints, host));
    process.exit(1);
  }
  return made;
}
