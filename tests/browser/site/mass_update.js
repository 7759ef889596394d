"use strict";
// What the reference page's browser sample does, step by step: the same request for consent, unescaped, in a window of
// its own; the same keys in the stores; the same XMLHttpRequest. The address of the mock and the client id come in the
// query of this page.

const SCOPE = [
  "ZohoCRM.mass_update.Leads.UPDATE", "ZohoCRM.mass_update.Leads.READ", "ZohoCRM.users.ALL", "ZohoCRM.bulk.read",
  "ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "Aaaserver.profile.Read", "ZohoCRM.org.ALL",
  "profile.userphoto.READ", "ZohoFiles.files.ALL", "ZohoCRM.bulk.ALL", "ZohoCRM.settings.variable_groups.ALL",
].join(",");
const KEYS = [
  "granted_for_session", "access_token", "expires_in", "expires_in_sec", "location", "api_domain", "state",
  "__token_init", "__auth_process",
];
const STALE_AFTER = 59 * 60 * 1000;
const options = new URLSearchParams(location.search);
const server = options.get("server");
let listening = false;

function takeOver() {
  for (const key of KEYS) {
    const value = localStorage.getItem(key);
    if (value !== null) sessionStorage.setItem(key, value);
    localStorage.removeItem(key);
  }
}

function token() {
  if (!listening) {
    window.addEventListener("storage", (event) => {
      if (event.key !== "access_token" || event.newValue === null) return;
      sessionStorage.removeItem("__auth_process");
      location.reload();
    });
    listening = true;
    sessionStorage.removeItem("__auth_process");
  }
  takeOver();
  let known = sessionStorage.getItem("access_token");
  const since = sessionStorage.getItem("__token_init");
  if (known !== null && since !== null && Date.now() >= Number(since) + STALE_AFTER) {
    sessionStorage.removeItem("access_token");
    known = null;
  }
  if (known === null && sessionStorage.getItem("__auth_process") === null) {
    const renewing = since !== null && sessionStorage.getItem("granted_for_session") === "true";
    const accounts = server + "/oauth/v2/auth" + (renewing ? "/refresh" : "");
    sessionStorage.setItem("__token_init", Date.now());
    sessionStorage.setItem("__auth_process", "true");
    window.open(accounts + "?scope=" + SCOPE + "&client_id=" + options.get("client") +
      "&response_type=token&state=zohocrmclient&redirect_uri=" + location.origin + "/redirect.html");
  }
  return known;
}

function massUpdate() {
  const request = new XMLHttpRequest();
  request.withCredentials = true;
  request.open("POST", server + "/crm/v2/Leads/actions/mass_update", true);
  request.setRequestHeader("Authorization", "Zoho-oauthtoken " + token());
  request.onreadystatechange = () => {
    if (request.readyState !== 4) return;
    const item = document.createElement("li");
    item.dataset.status = request.status;
    item.textContent = request.responseText;
    document.getElementById("answers").append(item);
  };
  request.send(JSON.stringify({ data: [{ Company: "Zoho" }], ids: ["34770618863043"] }));
}
