#!/usr/bin/env python3
"""A metadata service for one guest, just enough to try the sample image without a cloud.

usage: metadata.py ADDRESS PORT FOLDER [--v1-only]

Every file below FOLDER is served under /latest/; /latest/api/token answers PUT unless --v1-only is given.
"""
import http.server
import pathlib
import sys

TOKEN = "token-of-the-test"


class Metadata(http.server.BaseHTTPRequestHandler):
    folder = pathlib.Path()
    v1_only = False

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        if self.v1_only or self.path != "/latest/api/token":
            self.answer(405)
        elif not 1 <= int(self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "0")) <= 21600:
            self.answer(400)
        else:
            self.answer(200, TOKEN.encode())

    def do_GET(self):
        if not self.v1_only and self.headers.get("X-aws-ec2-metadata-token") != TOKEN:
            self.answer(401)
            return
        file = (self.folder / self.path.removeprefix("/latest/")).resolve()
        if self.folder in file.parents and file.is_file():
            self.answer(200, file.read_bytes())
        else:
            self.answer(404)


if __name__ == "__main__":
    Metadata.folder = pathlib.Path(sys.argv[3]).resolve()
    Metadata.v1_only = "--v1-only" in sys.argv[4:]
    http.server.ThreadingHTTPServer.daemon_threads = True
    http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Metadata).serve_forever()
