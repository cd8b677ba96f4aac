/** Files in messages: what is said is then the address of a file and nothing else. */

const ADDRESS = /^\/files\/[A-Za-z0-9_-]{22}\/([^/\s]{1,1000})$/;
const SHOWN = /\.(png|jpe?g|gif|webp)$/i;

let freshToken = async () => null;

/** Files are fetched with these tokens, which are in no address. */
export function fetchFilesWith(source) {
  freshToken = source;
}

/** What stands for a file, or null when that is no file's address. */
export function attachment(content) {
  const fileName = nameIn(content);
  if (fileName === null) return null;
  const link = document.createElement('a');
  link.className = 'file';
  link.href = content;
  link.textContent = fileName;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    save(content, fileName).catch(() => link.classList.add('gone'));
  });
  if (SHOWN.test(fileName)) show(link, content, fileName).catch(() => link.classList.add('gone'));
  return link;
}

function nameIn(content) {
  const match = ADDRESS.exec(content);
  try {
    return match && decodeURIComponent(match[1]);
  } catch {
    return null;
  }
}

async function show(link, address, fileName) {
  const image = document.createElement('img');
  image.alt = fileName;
  image.src = await asData(await load(address));
  link.replaceChildren(image);
}

async function save(address, fileName) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await load(address));
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function load(address) {
  const answer = await fetch(address, { headers: { Authorization: `Bearer ${await freshToken()}` } });
  if (!answer.ok) throw new Error(`the gateway answered ${answer.status}`);
  return answer.blob();
}

/** The policy of this page lets images come from here and from itself only. */
function asData(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
