/** A small menu beside its button: arrow keys, Enter, Esc; closes when one clicks elsewhere. */
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

export interface MenuItem {
  key: string;
  label: ReactNode;
  hint?: string;
  heading?: string;
  run: () => void;
}

interface Props {
  anchor: RefObject<HTMLElement | null>;
  label: string;
  items: MenuItem[];
  grid?: boolean;
  onClose: () => void;
}

const GAP = 6;

function place(menu: HTMLElement, anchor: HTMLElement) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const fits = at.left + offsetWidth + GAP < window.innerWidth;
  const left = fits ? at.left : Math.max(GAP, Math.min(at.right - offsetWidth, window.innerWidth - offsetWidth - GAP));
  const below = at.bottom + GAP;
  const top = below + offsetHeight < window.innerHeight ? below : Math.max(GAP, at.top - offsetHeight - GAP);
  return { left, top };
}

export function Menu({ anchor, label, items, grid, onClose }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ left: 0, top: 0 });
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    if (menu.current && anchor.current) setAt(place(menu.current, anchor.current));
    menu.current?.querySelector("button")?.focus({ preventScroll: true });
  }, [anchor]);

  useEffect(() => {
    const outside = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!menu.current?.contains(target) && !anchor.current?.contains(target)) close.current();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [anchor]);

  const move = (by: number) => {
    const buttons = [...(menu.current?.querySelectorAll("button") ?? [])];
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(now + by + buttons.length) % buttons.length]?.focus();
  };
  const onKey = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    const step = steps[event.key];
    event.stopPropagation();
    if (step) {
      event.preventDefault();
      move(step);
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close.current();
      anchor.current?.focus();
    }
  };
  // A modal lies in the browser's top layer: its menus must lie in it too.
  const layer = anchor.current?.closest("dialog") ?? document.body;
  return createPortal(
    <div ref={menu} className={grid ? "menu is-grid" : "menu"} role="menu" aria-label={label} style={at} onKeyDown={onKey}>
      {items.map((item) => (
        <div key={item.key} role="none">
          {item.heading ? <p className="menu-heading">{item.heading}</p> : null}
          <button type="button" role="menuitem" className="menu-item" title={grid ? item.hint : undefined}
            aria-label={grid ? item.hint : undefined} onClick={item.run}>
            <span>{item.label}</span>
            {!grid && item.hint ? <small>{item.hint}</small> : null}
          </button>
        </div>
      ))}
    </div>,
    layer,
  );
}
