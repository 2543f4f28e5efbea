/** What the stand-ins do: a customer's server to check, and what Anon knows. The page says that they are stand-ins. */
import { useCallback, useEffect, useState } from "react";
import { getAnon, getCustomer, post } from "./api";
import { useDesk } from "./context";
import type { AnonState, Customer } from "./types";

const SERVES: Record<string, string> = {
  jwks: "a good JWK Set",
  login_page: "a login page",
  html: "another web page",
  down: "503: it is down",
  private_key: "a private key",
  other_key: "a new key each time",
};
const USER = { app_user_id: "user-9", app: "uber" };

export function StandIns() {
  const { toast } = useDesk();
  const [customer, setCustomer] = useState<Customer | null>(null);
  const [anon, setAnon] = useState<AnonState | null>(null);
  const load = useCallback(() => {
    getCustomer().then((found) => setCustomer(found.jwks_url ? (found as Customer) : null)).catch(() => setCustomer(null));
    getAnon().then(setAnon).catch(() => setAnon(null));
  }, []);
  useEffect(load, [load]);
  const change = (what: string, body: Record<string, unknown>) =>
    void post(what, body).then(load).catch((error: Error) => toast(error.message));
  const copy = (text: string, name: string) =>
    void navigator.clipboard.writeText(text).then(() => toast(`${name} is in the clipboard.`)).catch(() => toast("The browser did not let me copy."));
  if (!customer && !anon) return null;
  const linked = anon?.links.some((one) => one.app_user_id === USER.app_user_id && one.app === USER.app && one.status === "active");
  return (
    <details className="stand-in-controls">
      <summary>Stand-ins</summary>
      {customer ? (
        <>
          <label htmlFor="serves">The customer's server serves</label>
          <select id="serves" value={customer.serves} onChange={(event) => change("customer", { serves: event.target.value })}>
            {customer.can_serve.map((one) => <option key={one} value={one}>{SERVES[one] ?? one}</option>)}
          </select>
          <p>
            <button type="button" className="link-button" onClick={() => copy(customer.jwks_url, "The address of its JWK Set")}>Copy its address</button>
            {" · "}
            <button type="button" className="link-button" onClick={() => copy(customer.token, "A token that it signed")}>Copy a token</button>
          </p>
        </>
      ) : null}
      {anon ? (
        <>
          <label>
            <input type="checkbox" checked={Boolean(linked)}
              onChange={(event) => change("anon", { link: { ...USER, status: event.target.checked ? "active" : "none" } })} />
            {USER.app_user_id} has linked {USER.app}
          </label>
          <label>
            <input type="checkbox" checked={anon.outage} onChange={(event) => change("anon", { outage: event.target.checked })} />
            Anon's API is down
          </label>
        </>
      ) : null}
    </details>
  );
}
