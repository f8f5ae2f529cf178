#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { provideAsyncDisposableStack } from "./std/async-disposable-stack.ts";

// Compiled code is kept between starts, in a folder that only this user can write. Where it can't be kept, nothing is lost.
enableCompileCache(join(homedir(), ".cache", "plumbline"));
provideAsyncDisposableStack();
await import("./app/program.ts");
