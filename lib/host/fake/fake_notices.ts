import type { Notice, Notices } from "../ports/notices.ts";
import type { FakeProcess } from "./fake_process.ts";

/** The functions that take notices, by the names that they are sent to. */
export type NoticeTable = Map<string, (notice: Notice) => void>;

/** Notices of a fake machine, as one process takes them: for as long as it lives. */
export function fakeNotices(table: NoticeTable, process: FakeProcess): Notices {
  return {
    open(name, onNotice) {
      if (table.has(name) || !process.isAlive) return null;
      const waiting: Notice[] = [];
      const next = () => {
        const notice = waiting.shift();
        if (notice !== undefined && table.get(name) === take) onNotice(notice);
      };
      const take = (notice: Notice) => {
        waiting.push(notice);
        process.loop.deliver(next);
      };
      table.set(name, take);
      const takeNow = () => {
        while (waiting.length > 0) next();
      };
      const close = () => {
        process.onEnd.delete(close);
        if (table.get(name) === take) table.delete(name);
      };
      process.onEnd.add(close);
      return { takeNow, close };
    },
    send(address, text) {
      const take = table.get(address);
      take?.({ text, sender: { pid: process.pid, uid: process.uid } });
      return take !== undefined;
    },
  };
}
