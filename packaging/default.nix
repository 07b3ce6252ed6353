# Nix: nix-build default.nix
# Without the voice, which nixpkgs does not have: episodes without a recording stay silent.
{ pkgs ? import <nixpkgs> { } }:
with pkgs.python3Packages;
let
  scheduler = buildPythonPackage {
    pname = "fsrs";
    version = "6.3.2";
    format = "wheel";
    src = fetchPypi {
      pname = "fsrs";
      version = "6.3.2";
      format = "wheel";
      python = "py3";
      dist = "py3";
      sha256 = "bc55066c821164b1cff6d75b17a3ed8e86cfd45789e3d775cfcb895319ce9ba4";
    };
    dependencies = [ typing-extensions ];
  };
  # the version that was tried, whatever nixpkgs has
  screen = buildPythonPackage {
    pname = "textual";
    version = "8.2.8";
    format = "wheel";
    src = fetchPypi {
      pname = "textual";
      version = "8.2.8";
      format = "wheel";
      python = "py3";
      dist = "py3";
      sha256 = "267375fd402dc8d981457212efa71f0e3365fd17bba144ba9bb3ed7563cb374a";
    };
    dependencies = [ linkify-it-py markdown-it-py mdit-py-plugins platformdirs pygments rich typing-extensions ];
  };
in
buildPythonApplication {
  pname = "tui-pod";
  version = "@VERSION@";
  pyproject = true;
  src = pkgs.fetchurl {
    url = "@ADDRESS@";
    sha256 = "@SHA256@";
  };
  build-system = [ hatchling ];
  dependencies = [ dbus-fast markdown-it-py mpv platformdirs readability-lxml scheduler screen tinytag tomli-w ];
  pythonRemoveDeps = [ "hibari-tts" "python-mpv" ]; # nixpkgs calls the latter mpv
  makeWrapperArgs = [ "--prefix" "LD_LIBRARY_PATH" ":" "${pkgs.mpv-unwrapped}/lib" ];
  meta.mainProgram = "tui-pod";
}
