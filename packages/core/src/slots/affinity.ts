import type { Conversation } from './conversation.ts';

/** Conversations whose slot is remembered; some hundred bytes each. */
const mostConversations = 1000;

/** A slot in use by one request. */
export interface SlotLease {
  /** Sent to llama-server as `id_slot`, from 0. */
  readonly slot: number;
  /** Tells that the request is over; calling it again does nothing. */
  release(): void;
}

export interface SlotAffinity {
  /** Returns the slot, out of `slots`, that a request of this conversation and agent should use. */
  slotFor(conversation: Conversation, slots: number): SlotLease;
}

interface Slot {
  /** Requests that use it now. */
  leases: number;
  /** When a conversation last used it, in turns; 0 is never. Background calls do not count: they leave nothing of use. */
  usedAt: number;
}

/**
 * Returns what pins each agent of each conversation to a slot of llama-server, so that the prompt it has there is
 * still there at its next turn. A new one gets the idle slot that no conversation has used for the longest time, and
 * keeps it while it is remembered, even if others share it by then: with one conversation more than slots, two take
 * turns on one slot instead of every one pushing out the next.
 *
 * A slot that is busy with something else is not waited for while another is idle: llama-server would, even then. The
 * conversation moves if somebody else is in its slot; a second request at the same time, of the same agent, goes
 * elsewhere and changes nothing. Background calls only ever use the last slot, if there is more than one.
 *
 * Without this llama-server picks the slot whose prompt is most alike, which is right until two agents with the same
 * system prompt and tools meet: then either may get the other's slot.
 */
export function createSlotAffinity(): SlotAffinity {
  const slots: Slot[] = [];
  /** The least recently seen first. */
  const homes = new Map<string, { slot: number; running: number }>();
  let now = 0;

  function slotAt(index: number): Slot {
    return (slots[index] ??= { leases: 0, usedAt: 0 });
  }

  function lease(index: number, onRelease: () => void): SlotLease {
    const slot = slotAt(index);
    slot.leases++;
    let isReleased = false;
    return {
      slot: index,
      release() {
        if (isReleased) return;
        isReleased = true;
        slot.leases--;
        onRelease();
      },
    };
  }

  /** Idle ones first, then the least recently used, then the first. */
  function pick(count: number): number {
    let best = 0;
    for (let index = 1; index < count; index++) {
      const [candidate, current] = [slotAt(index), slotAt(best)];
      const idleFirst = Number(candidate.leases > 0) - Number(current.leases > 0);
      if (idleFirst < 0 || (idleFirst === 0 && candidate.usedAt < current.usedAt)) best = index;
    }
    return best;
  }

  function forgetOldest(): void {
    for (const key of homes.keys()) {
      if (homes.size <= mostConversations) return;
      homes.delete(key);
    }
  }

  return {
    slotFor(conversation, count) {
      if (conversation.isBackground) return lease(Math.max(count - 1, 0), () => {});

      const key = `${conversation.agent}\n${conversation.id}`;
      const known = homes.get(key);
      const home = known ?? { slot: pick(count), running: 0 };
      homes.delete(key);
      homes.set(key, home);
      forgetOldest();

      let index = home.slot;
      if (index >= count || slotAt(index).leases > 0) {
        const other = pick(count);
        if (index >= count || slotAt(other).leases === 0) index = other;
        if (home.running === 0 || home.slot >= count) home.slot = index;
      }
      slotAt(index).usedAt = ++now;
      home.running++;
      return lease(index, () => {
        home.running--;
        slotAt(index).usedAt = ++now;
      });
    },
  };
}
