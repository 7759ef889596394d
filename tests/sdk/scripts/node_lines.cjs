// What the scripts of the SDKs for Node.js share; the same calls and outcomes as in python_lines.py.
//
// A call is `[name, {arguments}]` on a line of stdin; its outcome, on stdout, is `{class, http, ...}`, the SDK's object
// with its getters read, `{exception: text}` where the SDK threw its own exception, or `{crash: stack}` for any other.
// Ids are BigInt in these SDKs and strings on the lines. A script hands over its SDK's classes; nothing is patched.
"use strict";

const readline = require("node:readline");

const INFO = ["PerPage", "Count", "Page", "MoreRecords", "NextPageToken"];
const GETTERS = [
  "Status", "Code", "Message", "Details", "Action", "DuplicateField", "Count",
  "FailedCount", "UpdatedCount", "NotUpdatedCount", "TotalCount",
];

const snake = (name) => name.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

/** The object and the HTTP status of a response. zcrmsdk has properties where the SDKs after it have methods. */
const parts = (response) =>
  "getObject" in response ? [response.getObject(), response.getStatusCode()] : [response.object, response.statusCode];

/**
 * The calls of a script, by name.
 * @param {object} sdk The SDK's Choice, ParameterMap, Record, BodyWrapper, MassUpdateBodyWrapper, MassUpdateTerritory and
 *   `params`, its parameter classes by name; `idParam` makes an id of a query where that is not a string.
 * @param {function} operate (module, name, ...arguments) => the response of that operation of RecordOperations.
 */
function makeCalls(sdk, operate) {
  const value = (given) => {
    if (Array.isArray(given)) return given.map(value);
    return given !== null && typeof given === "object" && "choice" in given ? new sdk.Choice(given.choice) : given;
  };

  const recordOf = (values) => {
    const record = new sdk.Record();
    for (const [name, given] of Object.entries(values)) {
      if (name === "id") record.setId(BigInt(given));
      else record.addKeyValue(name, value(given));
    }
    return record;
  };

  const bodyOf = (records) => {
    const body = new sdk.BodyWrapper();
    body.setData(records.map(recordOf));
    return body;
  };

  const paramsOf = async (kind, values) => {
    const params = new sdk.ParameterMap();
    for (const [name, given] of Object.entries(values)) {
      for (const item of Array.isArray(given) ? given : [given]) {
        await params.add(sdk.params[kind][name.toUpperCase()], item);
      }
    }
    return params;
  };

  const plain = (found) => {
    if (found === null || found === undefined) return null;
    if (typeof found === "bigint") return found.toString();
    if (found instanceof sdk.Choice) return plain(found.getValue());
    if (found instanceof Date) return found.toISOString();
    if (Array.isArray(found)) return found.map(plain);
    if (found instanceof Map) return Object.fromEntries([...found].map(([key, item]) => [key, plain(item)]));
    if (typeof found !== "object") return found;
    if (typeof found.getKeyValues === "function") return plain(found.getKeyValues());
    const read = GETTERS.filter((name) => typeof found[`get${name}`] === "function");
    if (read.length > 0) {
      const values = read.map((name) => [snake(name), plain(found[`get${name}`]())]);
      return { class: found.constructor.name, ...Object.fromEntries(values) };
    }
    for (const name of ["getName", "getDisplayName"]) {
      if (typeof found[name] === "function" && typeof found.getId === "function") {
        return { [snake(name.slice(3))]: plain(found[name]()), id: plain(found.getId()) };
      }
    }
    if (Object.getPrototypeOf(found) !== Object.prototype) return `<${found.constructor.name}>`;
    return Object.fromEntries(Object.entries(found).map(([key, item]) => [key, plain(item)]));
  };

  const outcome = (response) => {
    if (response === null || response === undefined) return { exception: "the SDK swallowed an error of its own" };
    const [found, http] = parts(response);
    const outcome = { class: found?.constructor.name ?? "NoneType", http };
    if (typeof found?.getData !== "function") return { ...outcome, ...plain(found ?? {}), class: outcome.class };
    outcome.data = found.getData().map(plain);
    const info = typeof found.getInfo === "function" ? found.getInfo() : null;
    if (info) {
      const read = INFO.filter((name) => typeof info[`get${name}`] === "function");
      outcome.info = Object.fromEntries(read.map((name) => [snake(name), plain(info[`get${name}`]())]));
    }
    return outcome;
  };

  const send = async (...request) => outcome(await operate(...request));

  const reads = (operation, kind) => async ({ module, ...params }) =>
    send(module, operation, await paramsOf(kind, params));

  return {
    async mass_update({ module, data, ids, cvid, territory, over_write }) {
      const body = new sdk.MassUpdateBodyWrapper();
      body.setData([recordOf(data)]);
      if (ids) body.setIds(ids.map(String));
      if (cvid) body.setCvid(cvid);
      if (territory) {
        const chosen = new sdk.MassUpdateTerritory();
        chosen.setId(BigInt(territory.id));
        chosen.setIncludeChild(territory.include_child);
        body.setTerritory(chosen);
      }
      if (over_write !== undefined) body.setOverWrite(over_write);
      return send(module, "massUpdateRecords", body);
    },
    mass_update_status: reads("getMassUpdateStatus", "GetMassUpdateStatusParam"),
    get_record: ({ module, record_id }) => send(module, "getRecord", BigInt(record_id)),
    get_records: reads("getRecords", "GetRecordsParam"),
    search_records: reads("searchRecords", "SearchRecordsParam"),
    count_records: reads("recordCount", "RecordCountParam"),
    create_records: ({ module, records }) => send(module, "createRecords", bodyOf(records)),
    update_records: ({ module, records }) => send(module, "updateRecords", bodyOf(records)),
    update_record: ({ module, record_id, record }) => send(module, "updateRecord", BigInt(record_id), bodyOf([record])),
    async upsert_records({ module, records, duplicate_check_fields }) {
      const body = bodyOf(records);
      body.setDuplicateCheckFields(duplicate_check_fields);
      return send(module, "upsertRecords", body);
    },
    delete_record: ({ module, record_id }) => send(module, "deleteRecord", BigInt(record_id)),
    delete_records: async ({ module, ids }) =>
      send(module, "deleteRecords", await paramsOf("DeleteRecordsParam", { ids: ids.map(sdk.idParam ?? String) })),
    get_deleted_records: reads("getDeletedRecords", "GetDeletedRecordsParam"),
  };
}

const WITH_RECORD = new Set(["getRecord", "updateRecord", "deleteRecord"]);

/**
 * `operate` for makeCalls. With `moduleFirst` the operations are made for a module; in 2.0 and 2.1 the module is an
 * argument, behind the record's id where there is one.
 */
function operateOn(RecordOperations, { moduleFirst }) {
  return (module, name, ...given) => {
    if (moduleFirst) return new RecordOperations(module)[name](...given);
    const ahead = WITH_RECORD.has(name) ? given.splice(0, 1) : [];
    return new RecordOperations()[name](...ahead, module, ...given);
  };
}

/** The class and the HTTP status of each response, all of which the SDK has parsed. */
async function classes(reads) {
  const found = {};
  for (const [name, read] of Object.entries(reads)) {
    const response = await read();
    found[name] = response && [parts(response)[0]?.constructor.name, parts(response)[1]];
  }
  return found;
}

/** Handle the calls on stdin until it ends. Stdout belongs to the lines: what an SDK prints goes to stderr. */
async function serve(calls, SDKException) {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [name, given] = JSON.parse(line);
    let outcome;
    try {
      outcome = await calls[name](given);
    } catch (error) {
      outcome = error instanceof SDKException ? { exception: error.toString() } : { crash: String(error?.stack ?? error) };
    }
    write(`${JSON.stringify(outcome)}\n`);
  }
  process.exit(0);
}

module.exports = { classes, makeCalls, operateOn, parts, serve };
