"""How much of an uploaded file is kept before any form has looked at it."""

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

# More than any page takes; each has a limit of its own below this.
MOST = 20 * 2**20


class Bounded(FileUploadHandler):
    """Stands first in FILE_UPLOAD_HANDLERS. What a file has beyond MOST is read and dropped, so
    that it fills neither memory nor disk; the form gets an empty file that says its true size.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._over = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._over = self._over or start + len(raw_data) > MOST
        return None if self._over else raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self._over:
            return None
        return UploadedFile(
            file=io.BytesIO(), name=self.file_name, content_type=self.content_type, size=file_size
        )
