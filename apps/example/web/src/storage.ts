/** A browser's storage that never throws: it may be full, or switched off by the user. */
export interface SafeStorage {
  /** Null if there is nothing, or no storage. */
  read(key: string): string | null;
  /** Returns whether it is kept; undefined as the value forgets what was. */
  write(key: string, value: string | undefined): boolean;
}

function createSafeStorage(open: () => Storage): SafeStorage {
  return {
    read(key) {
      try {
        return open().getItem(key);
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        if (value === undefined) open().removeItem(key);
        else open().setItem(key, value);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Until the tab is closed. */
export const tabStorage = createSafeStorage(() => sessionStorage);

/** On this device. */
export const deviceStorage = createSafeStorage(() => localStorage);
