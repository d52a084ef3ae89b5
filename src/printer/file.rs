//! Files that are there whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// As many symbolic links as Linux follows (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// A file whose name stands for the old content or the whole new one, whatever dies when: it is written beside
/// its name, synced to the disk, then renamed. Dropped before [`commit`](Self::commit), it leaves nothing.
///
/// A symbolic link stays one: its target is replaced. A file keeps its mode; a new one gets the usual (0666 less the
/// umask). What is no regular file (`/dev/stdout`, a named pipe) is written to as it is: it cannot be replaced.
#[derive(Debug)]
pub struct AtomicFile(Target);

#[derive(Debug)]
enum Target {
    Replace { file: BufWriter<NamedTempFile>, path: PathBuf, existing: Option<Box<Metadata>> },
    InPlace(BufWriter<File>),
}

impl AtomicFile {
    /// Starts a file that will stand at this path.
    ///
    /// # Errors
    /// The folder cannot be written to, or the path is a folder.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = follow_links(path)?;
        let existing = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) if !metadata.is_file() => {
                let file = File::options().write(true).open(path)?;
                return Ok(Self(Target::InPlace(BufWriter::new(file))));
            }
            Ok(metadata) => Some(Box::new(metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let file = BufWriter::new(create_beside(folder_of(&path))?);
        Ok(Self(Target::Replace { file, path, existing }))
    }

    /// Puts the file under its name.
    ///
    /// # Errors
    /// The disk did not take all of it; the old content stands.
    pub fn commit(self) -> io::Result<()> {
        match self.0 {
            Target::InPlace(mut file) => file.flush(),
            Target::Replace { file, path, existing } => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                if let Some(existing) = &existing {
                    keep_mode(file.as_file(), existing)?;
                }
                file.as_file().sync_all()?;
                file.persist(&path).map_err(|error| error.error)?;
                sync_folder(folder_of(&path));
                Ok(())
            }
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Target::Replace { file, .. } => file.write(bytes),
            Target::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Target::Replace { file, .. } => file.flush(),
            Target::InPlace(file) => file.flush(),
        }
    }
}

/// Writes a whole [`AtomicFile`].
///
/// # Errors
/// What `write` fails with, and what [`AtomicFile`] does. Nothing is then left under the name but what was there.
pub fn write_file_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    write(&mut file)?;
    file.commit()
}

/// What an [`AtomicFile`] of this path would replace, however the path is spelt; `None` = what is written to as it
/// is, which several writers may share.
pub fn replaced_by(path: &Path) -> Option<PathBuf> {
    let path = follow_links(path).ok()?;
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return None;
    }
    // The file itself may not exist yet. Where the folder does not either, writing will say so.
    match (fs::canonicalize(folder_of(&path)), path.file_name()) {
        (Ok(folder), Some(name)) => Some(folder.join(name)),
        _ => Some(path),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Where the path leads. `canonicalize` would refuse a link to a file that does not exist yet.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                // What `/proc/self/fd/1` and its like say they link to is no path.
                if fs::metadata(&path).is_ok_and(|target| !target.is_file()) {
                    return Ok(path);
                }
                let target = fs::read_link(&path)?;
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

fn create_beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".awsinv-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // tempfile's own 0600 would keep a report from whom it is written for. The umask still applies.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // Its errors name the temporary file, which means nothing to whoever named another.
    builder.tempfile_in(folder).map_err(|error| match error.kind() {
        kind @ io::ErrorKind::NotFound => {
            io::Error::new(kind, format!("there is no folder {}", folder.display()))
        }
        kind @ io::ErrorKind::PermissionDenied => {
            io::Error::new(kind, format!("the folder {} does not let us write", folder.display()))
        }
        kind => kind.into(),
    })
}

#[cfg(unix)]
fn keep_mode(file: &File, existing: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    // Only root can give a file back to its owner; anyone else goes on owning what they write.
    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) != (existing.uid(), existing.gid()) {
        let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
    }
    // After the owner, as a change of owner clears bits of the mode.
    file.set_permissions(existing.permissions())
}

#[cfg(not(unix))]
fn keep_mode(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Makes the new name last through a power cut, where the file system can. The content is safe already.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> io::Result<()> {
        write_file_atomically(path, |out| out.write_all(text.as_bytes()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_and_an_old_one_get_the_new_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        for text in ["first", "2nd"] {
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn a_failure_halfway_leaves_the_old_file_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write(&path, "old").unwrap();
        let result = write_file_atomically(&path, |out| {
            out.write_all(&[b'x'; 100_000])?;
            Err(io::Error::other("the renderer gave up"))
        });
        assert!(result.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn folders_missing_or_in_the_way_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let missing = write(&folder.path().join("no/such/report.json"), "x").unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert_eq!(write(folder.path(), "x").unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).unwrap().permissions().mode() & 0o7777
        }

        #[test]
        fn a_new_file_has_the_mode_that_the_umask_leaves() {
            let folder = tempfile::tempdir().unwrap();
            let (ours, usual) = (folder.path().join("ours"), folder.path().join("usual"));
            write(&ours, "x").unwrap();
            fs::write(&usual, "x").unwrap();
            assert_eq!(mode(&ours), mode(&usual));
        }

        #[test]
        fn an_old_file_keeps_its_mode() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("report.json");
            for kept in [0o600, 0o664, 0o640] {
                write(&path, "x").unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
                write(&path, "y").unwrap();
                assert_eq!(mode(&path), kept);
            }
        }

        #[test]
        fn a_link_stays_a_link_and_its_target_is_replaced() {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("there")).unwrap();
            let link = folder.path().join("latest.json");
            symlink("there/today.json", &link).unwrap();
            for text in ["the target did not exist", "it does now"] {
                write(&link, text).unwrap();
                assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
                assert_eq!(fs::read_to_string(folder.path().join("there/today.json")).unwrap(), text);
            }
            assert_eq!(names(&folder.path().join("there")), ["today.json"]);
        }

        #[test]
        fn links_in_a_circle_are_an_error() {
            let folder = tempfile::tempdir().unwrap();
            symlink("b", folder.path().join("a")).unwrap();
            symlink("a", folder.path().join("b")).unwrap();
            assert!(write(&folder.path().join("a"), "x").is_err());
        }

        #[test]
        fn devices_are_written_to_and_not_replaced() {
            let before = fs::symlink_metadata("/dev/null").unwrap().file_type();
            write(Path::new("/dev/null"), "x").unwrap();
            assert_eq!(fs::symlink_metadata("/dev/null").unwrap().file_type(), before);
        }
    }
}
