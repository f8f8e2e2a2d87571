/** The errors of files, as people know them. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EAGAIN: "there is nothing to be read now",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it is too large, or has no end",
  EISDIR: "it is a folder",
  ELOOP: "it is a link",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "there is no such file or folder",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is not a folder",
  ENXIO: "it is no file, but a pipe or a socket",
  EPERM: "not permitted, or the file of another user",
  EROFS: "the file system is read-only",
};

/** Text for the code of a file error; `fallback` for one that nobody knows. */
export function describeFileCode(code: string, fallback: string): string {
  return `${MEANINGS[code] ?? fallback} (${code})`;
}
