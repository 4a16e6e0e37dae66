// SPDX-License-Identifier: MIT
// The page of WebREPL: the prompt by WebSocket, files and FPGA by the REST surface of the same board.
"use strict";

const $ = (id) => document.getElementById(id);
let token = "";
let folder = "/";

async function ask(method, path, body) {
    const answer = await fetch(path, { method, body, headers: { Authorization: "Bearer " + token } });
    const result = await answer.json();
    if (!answer.ok) {
        throw new Error(result.error);
    }
    return result;
}

function tell(text) {
    $("state").textContent = text;
}

// Errors of what a button does are shown, not thrown.
const shown = (action) => (event) => action(event).catch((error) => tell(error.message));

const url = (name) => "/files" + (folder + "/" + name).replace(/\/+/g, "/").split("/").map(encodeURIComponent).join("/");

function cell(row, content) {
    row.insertCell().append(content);
}

function button(text, action) {
    const made = document.createElement("button");
    made.textContent = text;
    made.onclick = shown(action);
    return made;
}

async function list() {
    const { entries } = await ask("GET", url(""));
    $("folder").textContent = folder;
    $("files").replaceChildren();
    entries.sort((a, b) => b.folder - a.folder || a.name.localeCompare(b.name));
    for (const entry of entries) {
        const row = $("files").insertRow();
        cell(row, entry.folder ? button(entry.name + "/", () => enter(folder + "/" + entry.name)) : entry.name);
        cell(row, entry.folder ? "" : String(entry.bytes));
        const actions = document.createElement("span");
        if (!entry.folder) {
            actions.append(button("Get", () => download(entry.name)));
        }
        actions.append(button("Rename", () => rename(entry.name)), button("Delete", () => remove(entry.name)));
        cell(row, actions);
    }
}

async function enter(path) {
    folder = path.replace(/\/+/g, "/") || "/";
    await list();
}

async function download(name) {
    const answer = await fetch(url(name), { headers: { Authorization: "Bearer " + token } });
    if (!answer.ok) {
        throw new Error((await answer.json()).error);
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
}

async function rename(name) {
    const wanted = prompt("New name", name);
    if (wanted) {
        await ask("POST", url(name), JSON.stringify({ rename: (folder + "/" + wanted).replace(/\/+/g, "/") }));
        await list();
    }
}

async function remove(name) {
    if (confirm("Delete " + name + "?")) {
        await ask("DELETE", url(name));
        await list();
    }
}

// PUT with progress, which fetch() does not tell.
function put(path, body) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("PUT", path);
        request.setRequestHeader("Authorization", "Bearer " + token);
        request.upload.onprogress = (event) => { $("progress").value = event.loaded / event.total; };
        request.onload = () => {
            const result = JSON.parse(request.responseText);
            (request.status === 200 ? resolve : reject)(request.status === 200 ? result : new Error(result.error));
        };
        request.onerror = () => reject(new Error("the board does not answer"));
        request.send(body);
    });
}

async function upload(files) {
    for (const file of files) {
        tell(file.name);
        tell(file.name + ": " + (await put(url(file.name), file)).done);
    }
    await list();
}

function connect(port, password) {
    const terminal = new Terminal({ cursorBlink: true });
    const fit = new FitAddon.FitAddon();
    terminal.loadAddon(fit);
    terminal.open($("terminal"));
    fit.fit();
    addEventListener("resize", () => fit.fit());
    const socket = new WebSocket("ws://" + location.hostname + ":" + port + "/");
    let asked = false;
    socket.onmessage = ({ data }) => {
        if (typeof data === "string") {
            terminal.write(data);
            if (!asked && data.endsWith("Password: ")) {
                asked = true;
                socket.send(password + "\r");
            }
        }
    };
    socket.onclose = () => terminal.write("\r\nDisconnected\r\n");
    terminal.onData((text) => socket.send(text));
    window.webrepl = { terminal, socket }; // for tests and the curious
}

$("login").onsubmit = async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    const said = event.target.querySelector("output");
    try {
        token = (await ask("POST", "/login", JSON.stringify(given))).token;
    } catch (error) {
        said.textContent = error.message;
        return;
    }
    event.target.hidden = true;
    document.querySelector("main").hidden = false;
    connect((await ask("GET", "/webrepl")).port, given.password);
    await list().catch((error) => tell(error.message));
};

$("up").onclick = shown(() => enter(folder.replace(/\/[^/]*$/, "")));
$("make").onclick = shown(async () => {
    const name = prompt("Name of the folder");
    if (name) {
        await ask("POST", url(name), JSON.stringify({ folder: true }));
        await list();
    }
});
$("choose").onchange = shown((event) => upload(event.target.files));
$("drop").ondragover = (event) => { event.preventDefault(); $("drop").className = "over"; };
$("drop").ondragleave = () => { $("drop").className = ""; };
$("drop").ondrop = shown((event) => { event.preventDefault(); $("drop").className = ""; return upload(event.dataTransfer.files); });
$("fpga").onclick = shown(async () => {
    const [file] = $("bitstream").files;
    if (!file) {
        throw new Error("choose a bitstream first");
    }
    tell("programming");
    tell((await put("/fpga", file)).done);
});
