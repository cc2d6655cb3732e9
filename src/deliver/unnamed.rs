//! A file that gets its name when it is whole.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// What the name begins with that a file has until it is moved.
const PREFIX: &str = ".eks-stale-tokens-";

/// A file in a directory, without a name where the system can do that: then even a program that
/// is killed leaves nothing behind.
#[derive(Debug)]
pub(super) enum Unnamed {
    /// A file without a name.
    #[cfg(target_os = "linux")]
    Nameless(File),
    /// A file with a name that is made up, which is removed unless it is moved.
    Named(NamedTempFile),
}

impl Unnamed {
    /// A file in the directory of another. The umask decides on its mode, as for any new file: a
    /// report is meant to be read by others.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let directory = directory_of(path);
        // Some file systems, and some kernels in containers, know none without a name.
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless(directory) {
            return Ok(Self::Nameless(file));
        }
        Ok(Self::Named(named(directory)?))
    }

    pub(super) fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
            Self::Named(file) => file.as_file(),
        }
    }

    /// Moves the file to a path, where it takes the place of what is there.
    pub(super) fn move_to(self, path: &Path) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => {
                let temporary = link(&file, directory_of(path))?;
                std::fs::rename(&temporary, path).inspect_err(|_| {
                    // The first failure is the one to be told.
                    let _ = std::fs::remove_file(&temporary);
                })
            }
            Self::Named(file) => {
                file.persist(path).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn named(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
}

#[cfg(target_os = "linux")]
fn nameless(directory: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};

    // It is given its name by way of /proc (open(2), O_TMPFILE).
    let has_proc = Path::new("/proc/self/fd").is_dir();
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = open(directory, flags, Mode::from_raw_mode(0o666)).ok()?;
    has_proc.then(|| File::from(file))
}

/// Gives a file without a name one that nothing else has.
#[cfg(target_os = "linux")]
fn link(file: &File, directory: &Path) -> io::Result<PathBuf> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{AtFlags, CWD, linkat};

    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    loop {
        let name = format!("{PREFIX}{:016x}", fastrand::u64(..));
        let path = directory.join(name);
        match linkat(CWD, &descriptor, CWD, &path, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => return Ok(path),
            Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
