"""A Hub on this machine: made-up models in it, which huggingface_hub downloads into a cache as from the real one."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def digest(name, content):
    """What the Hub calls a file by: its SHA-256 where it is in LFS, else its id in git."""
    if name.endswith(".safetensors"):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub:
    """Models by name and commit; a branch is the last commit that was put under its name."""

    def __init__(self):
        self._files = {}
        self._branches = {}
        self.half_sent = threading.Event()
        self.stalled = None
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self._answer(with_body=False)

            def do_GET(self):
                self._answer(with_body=True)

            def _answer(self, with_body):
                owner, model, _, revision, name = self.path.lstrip("/").split("/", 4)
                commit = hub._branches.get((f"{owner}/{model}", revision), revision)
                content = hub._files.get((f"{owner}/{model}", commit), {}).get(name)
                if content is None:
                    self.send_error(404)
                    return
                etag = digest(name, content)
                self.send_response(200)
                self.send_header("ETag", f'"{etag}"')
                self.send_header("X-Repo-Commit", commit)
                if name.endswith(".safetensors"):
                    self.send_header("X-Linked-ETag", f'"{etag}"')
                    self.send_header("X-Linked-Size", str(len(content)))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if with_body and name == hub.stalled:
                    self.wfile.write(content[: len(content) // 2])
                    self.wfile.flush()
                    hub.half_sent.set()
                    threading.Event().wait()
                if with_body:
                    self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def put(self, model, files, branch="main"):
        """A commit of files, by their names; returns its id."""
        commit = hashlib.sha1(repr((model, sorted(files.items()))).encode()).hexdigest()
        self._files[model, commit] = files
        self._branches[model, branch] = commit
        return commit

    def close(self):
        self._server.shutdown()
        self._server.server_close()
