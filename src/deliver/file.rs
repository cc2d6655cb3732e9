//! Files that appear whole, or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile(PathBuf);

impl OutputFile {
    /// A file at this path, if one can be written there: a bad path is told before the work,
    /// not after it.
    pub fn at(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a directory",
            ));
        }
        let file = Self(path.to_owned());
        file.temporary()?;
        Ok(file)
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes the file beside its place and moves it there: whoever reads it finds the old one
    /// or the new one, whole.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.write_with(|output| output.write_all(bytes))
    }

    /// The same of what `render` writes, however much that is.
    pub fn write_with(
        &self,
        render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut temporary = self.temporary()?;
        let mut buffered = BufWriter::new(temporary.as_file_mut());
        render(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        temporary.as_file().sync_all()?;
        temporary.persist(&self.0).map_err(|error| error.error)?;
        Ok(())
    }

    fn temporary(&self) -> io::Result<NamedTempFile> {
        let directory = match self.0.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut builder = Builder::new();
        builder.prefix(".eks-stale-tokens-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As for any new file, the umask decides: a report is meant to be read by others.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(directory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("report.json");
        std::fs::write(&path, "old").expect("written");
        let file = OutputFile::at(&path).expect("writable");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "old");
        file.write(b"new").expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
        let beside = std::fs::read_dir(directory.path()).expect("listed").count();
        assert_eq!(beside, 1);
    }

    #[test]
    fn a_bad_path_is_told_at_once() {
        let directory = tempfile::tempdir().expect("a directory");
        assert!(OutputFile::at(directory.path()).is_err());
        assert!(OutputFile::at(&directory.path().join("missing/report.json")).is_err());
    }
}
