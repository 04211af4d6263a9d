"""The settings: every problem at once, with its source, and never the token."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import VARIABLES, Config, ConfigError, Door, Paints, load, load_data_folder
from bot.logs import LogFormat
from nst_core.settings import Quality, Settings

TOKEN = "123456:AbCdEfGh-secret"  # noqa: S105 - of nobody


def test_defaults_are_the_engines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = load({"BOT_TOKEN": TOKEN})
    data = Path("~/.local/share/stylegram").expanduser()
    assert config == Config(token=TOKEN, data=data)
    assert load({}, demo=True).data is None, "a demo leaves nothing behind"
    assert config.settings == Settings()
    assert config.jobs_per_user == 3
    assert config.api_url == "https://api.telegram.org"


def test_own_styles_are_found_in_the_data_folder(tmp_path: Path) -> None:
    said = {"BOT_TOKEN": TOKEN, "STYLEGRAM_DATA": str(tmp_path)}
    assert load(said).styles is None
    (tmp_path / "styles").mkdir()
    assert load(said).styles == tmp_path / "styles"
    assert load(said, demo=True).styles == tmp_path / "styles", "a demo shows them, too"
    file = tmp_path / "bot.toml"
    file.write_text(f'bot_token = "{TOKEN}"\ndata = "{tmp_path}"')
    assert load({}, file=str(file)).styles == tmp_path / "styles"
    (tmp_path / "other").mkdir()
    assert load({**said, "STYLEGRAM_STYLES": f"{tmp_path}/other"}).styles == tmp_path / "other"


def test_the_folder_of_own_styles_may_be_named_from_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()
    config = load({"BOT_TOKEN": TOKEN, "STYLEGRAM_STYLES": "~/mine"})
    assert config.styles == tmp_path / "mine"


def test_the_defaults_of_the_table_say_what_happens() -> None:
    stated = {v.name: v.default for v in VARIABLES if v.name != "BOT_TOKEN"}
    assert load({"BOT_TOKEN": TOKEN, **stated}) == load({"BOT_TOKEN": TOKEN})
    assert all(variable.help for variable in VARIABLES)


def test_everything_can_be_set(tmp_path: Path) -> None:
    config = load(
        {
            "BOT_TOKEN": f" {TOKEN} ",
            "BOT_API_URL": "http://127.0.0.1:8081/",
            "STYLEGRAM_SIZE": "256",
            "STYLEGRAM_LARGEST": "512",
            "STYLEGRAM_QUALITY": "Fine",
            "STYLEGRAM_STRENGTH": "72.5",
            "STYLEGRAM_STEPS": "30",
            "STYLEGRAM_STYLES": str(tmp_path),
            "STYLEGRAM_DATA": str(tmp_path / "new"),
            "STYLEGRAM_JOBS_PER_USER": "5",
            "STYLEGRAM_JOB_MINUTES": "7.5",
            "STYLEGRAM_DAILY": "50",
            "STYLEGRAM_COOLDOWN": "30",
            "STYLEGRAM_QUEUE": "1000",
            "STYLEGRAM_ALLOW": "5, -1001234567890,",
            "STYLEGRAM_BLOCK": "6",
            "STYLEGRAM_ADMINS": "7,8",
            "STYLEGRAM_LOG_LEVEL": "debug",
            "STYLEGRAM_LOG_FORMAT": "JSON",
            "STYLEGRAM_WEBHOOK": "https://bot.example.org/style/",
            "STYLEGRAM_WEBHOOK_PORT": "8081",
            "STYLEGRAM_METRICS_PORT": "9090",
            "STYLEGRAM_HOST": "0.0.0.0",  # noqa: S104 - as in a container
        }
    )
    assert config == Config(
        token=TOKEN,
        api_url="http://127.0.0.1:8081",
        settings=Settings(size=256, quality=Quality.FINE, strength=72.5, steps=30),
        styles=tmp_path,
        largest=512,
        data=tmp_path / "new",
        jobs_per_user=5,
        job_minutes=7.5,
        daily=50,
        cooldown=30,
        queue=1000,
        allow=frozenset({5, -1001234567890}),
        block=frozenset({6}),
        admins=frozenset({7, 8}),
        log_level="DEBUG",
        log_format=LogFormat.JSON,
        door=Door(
            webhook="https://bot.example.org/style",
            port=8081,
            metrics_port=9090,
            host="0.0.0.0",  # noqa: S104 - as in a container
        ),
    )


def test_every_problem_is_named_at_once() -> None:
    wrong = {
        "BOT_TOKEN": "",
        "BOT_API_URL": "telegram",
        "STYLEGRAM_SIZE": "9",
        "STYLEGRAM_LARGEST": "9999",
        "STYLEGRAM_QUALITY": "superb",
        "STYLEGRAM_STRENGTH": "nan",
        "STYLEGRAM_STEPS": "0",
        "STYLEGRAM_STYLES": "/no/such/folder",
        "STYLEGRAM_DATA": __file__,
        "STYLEGRAM_JOBS_PER_USER": "many",
        "STYLEGRAM_JOB_MINUTES": "0",
        "STYLEGRAM_DAILY": "-1",
        "STYLEGRAM_COOLDOWN": "a minute",
        "STYLEGRAM_QUEUE": "0",
        "STYLEGRAM_ALLOW": "5;6",
        "STYLEGRAM_BLOCK": "@somebody",
        "STYLEGRAM_ADMINS": "7,-8",
        "STYLEGRAM_EXECUTOR": "magic",
        "STYLEGRAM_BROKER_URL": "redis://bot:s3cret@localhost",
        "STYLEGRAM_LOG_LEVEL": "loud",
        "STYLEGRAM_LOG_FORMAT": "xml",
        "STYLEGRAM_WEBHOOK": "bot.example.org",
        "STYLEGRAM_WEBHOOK_PORT": "https",
        "STYLEGRAM_METRICS_PORT": "70000",
        "STYLEGRAM_HOST": "no host",
    }
    with pytest.raises(ConfigError) as caught:
        load(wrong)
    problems = caught.value.problems
    names = [v.name for v in VARIABLES if v.name != "STYLEGRAM_CONFIG"]
    assert [problem.split()[0] for problem in problems] == names
    assert not any("\n" in problem for problem in problems)
    assert "@BotFather" in problems[0]
    assert not any("s3cret" in problem for problem in problems)


def test_workers_elsewhere_need_a_broker() -> None:
    settings = {"BOT_TOKEN": TOKEN, "STYLEGRAM_EXECUTOR": "celery"}
    with pytest.raises(ConfigError, match="STYLEGRAM_BROKER_URL must say where RabbitMQ is"):
        load(settings)
    config = load({**settings, "STYLEGRAM_BROKER_URL": "amqps://bot:s3cret@host:5671/style"})
    assert config.paints is Paints.CELERY
    assert "s3cret" not in repr(config)


@pytest.mark.parametrize("name", ["STYLEGRAM_DATA", "STYLEGRAM_STYLES"])
@pytest.mark.parametrize("folder", ["a" * 300, "a\0b", f"{__file__}/x"])
def test_what_can_be_no_folder(name: str, folder: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} must be a folder"):
        load({"BOT_TOKEN": TOKEN, name: folder})


@pytest.mark.parametrize("quality", Quality)
def test_every_quality_can_be_set_and_is_named_in_the_table(quality: Quality) -> None:
    config = load({"BOT_TOKEN": TOKEN, "STYLEGRAM_QUALITY": quality.upper()})
    assert config.settings.quality is quality
    (variable,) = (v for v in VARIABLES if v.name == "STYLEGRAM_QUALITY")
    assert quality in variable.help


@pytest.mark.parametrize("strength", ["-1", "101", "inf", "strong", "1e9"])
def test_strength_outside_its_range(strength: str) -> None:
    with pytest.raises(ConfigError, match="STYLEGRAM_STRENGTH must be a number from 0 to 100"):
        load({"BOT_TOKEN": TOKEN, "STYLEGRAM_STRENGTH": strength})


@pytest.mark.parametrize(
    "url", ["http://[bad", "http://host:99999", "http://host:0", "http://:80", "ftp://host", "x"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ConfigError, match="BOT_API_URL must be a URL") as caught:
        load({"BOT_TOKEN": TOKEN, "BOT_API_URL": url})
    assert len(caught.value.problems) == 1


def test_the_token_is_shown_nowhere() -> None:
    config = load({"BOT_TOKEN": TOKEN})
    assert "secret" not in repr(config) + str(config)
    with pytest.raises(ConfigError) as caught:
        load({"BOT_TOKEN": "the secret, wrongly pasted"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://bot.example.org", "http://10.0.0.1", "https://", "https://host:0", "host"]
)
def test_telegram_comes_by_https_only(url: str) -> None:
    with pytest.raises(ConfigError, match="STYLEGRAM_WEBHOOK must be an https address"):
        load({"BOT_TOKEN": TOKEN, "STYLEGRAM_WEBHOOK": url})


def test_a_server_on_this_machine_may_come_without() -> None:
    config = load({"BOT_TOKEN": TOKEN, "STYLEGRAM_WEBHOOK": "http://127.0.0.1:8080/"})
    assert config.door.webhook == "http://127.0.0.1:8080"
    demo = load({"STYLEGRAM_WEBHOOK": "https://bot.example.org"}, demo=True)
    assert demo.door.webhook == "", "the demo cannot reach the world"


def written(folder: Path, text: str) -> str:
    place = folder / "bot.toml"
    place.write_text(text, encoding="utf-8")
    return str(place)


def test_a_file_says_the_same_as_the_environment(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        f"""
        bot_token = "{TOKEN}"
        bot_api_url = "http://127.0.0.1:8081"
        size = 256
        strength = 72.5
        quality = "fine"
        data = "{tmp_path}"
        admins = [7, 8]
        allow = [7, 8, -1001234567890]
        block = []
        daily = 20
        """,
    )
    said = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": "http://127.0.0.1:8081",
        "STYLEGRAM_SIZE": "256",
        "STYLEGRAM_STRENGTH": "72.5",
        "STYLEGRAM_QUALITY": "fine",
        "STYLEGRAM_DATA": str(tmp_path),
        "STYLEGRAM_ADMINS": "7,8",
        "STYLEGRAM_ALLOW": "7,8,-1001234567890",
        "STYLEGRAM_DAILY": "20",
    }
    assert load({}, file=file) == load(said) == load({"STYLEGRAM_CONFIG": file})
    assert load_data_folder({"STYLEGRAM_CONFIG": file}) == tmp_path


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, f'bot_token = "{TOKEN}"\nsize = 9\ndaily = 20')
    config = load({"STYLEGRAM_SIZE": "128", "STYLEGRAM_DAILY": " "}, file=file)
    assert config.settings.size == 128
    assert config.daily == 20, "what is empty is not set"


def test_every_problem_says_where_it_stands(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        bot_token = "the secret, wrongly pasted"
        size = 9
        dayly = 5
        STYLEGRAM_QUEUE = 5
        strength = 1979-05-27
        daily = true
        admins = [[7], 8]
        config = "another.toml"
        """,
    )
    with pytest.raises(ConfigError) as caught:
        load({"STYLEGRAM_QUEUE": "many"}, file=file)
    problems = caught.value.problems
    starts = [
        f"bot_token in {file} does not look like a token",
        f"size in {file} must be a whole number",
        f"daily in {file} must be a whole number from 0 to 100000, not 'true'",
        "STYLEGRAM_QUEUE must be a whole number",
        f"dayly in {file} is no setting; did you mean daily?",
        f"STYLEGRAM_QUEUE in {file} is no setting; did you mean queue?",
        f"strength in {file} must be a text",
        f"admins in {file} must be a text, a number or a list of those",
        f"config in {file} is no setting; did you mean",
    ]
    assert len(problems) == len(starts)
    assert all(map(str.startswith, problems, starts))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"bot_token = the secret", "is not TOML: Invalid value (at line 1"),
        (b"size = 9\xff", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_read_is_the_problem(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    place = tmp_path / "bot.toml"
    if content:
        place.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load({"STYLEGRAM_SIZE": "9", "STYLEGRAM_CONFIG": str(place)})
    first, second = caught.value.problems
    assert first.startswith("STYLEGRAM_SIZE must be"), "a token may well stand in the file"
    assert second.startswith(str(place))
    assert words in second
    assert "secret" not in second
