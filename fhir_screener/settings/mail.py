"""E-mail to coordinators."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from fhir_screener.settings.values import Listed, is_loopback, variable


class MailSettings(BaseModel):
    """The server that sends it, and who is told."""

    mail_host: str = Field(
        "", description="SMTP server that tells coordinators of a sweep: counts and a link. Unset: nobody is told."
    )
    mail_port: int = Field(587, ge=1, le=65_535, description="Port of the SMTP server.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the SMTP connection is encrypted: starttls, tls (often port 465) or none."
    )
    mail_user: str = Field("", description="User name at the SMTP server; unset: no sign-in.")
    mail_password: SecretStr = Field(SecretStr(""), description="Password at the SMTP server.")
    mail_from: str = Field("", description="Sender of the e-mails, such as Screening <screening@hospital.example>.")
    mail_to: Listed = Field(
        (),
        description="Coordinators, with commas: Name <address>;language;studies. The language is en or zh, studies have"
        " blanks between, both may be left out. Example: Anna Weiss <anna@hospital.example>;en;NCT04660565",
    )

    @model_validator(mode="after")
    def _password_stays_here(self) -> Self:
        if self.mail_user and self.mail_security == "none" and not is_loopback(f"smtp://{self.mail_host}"):
            raise ValueError(
                f"{variable('mail_security')} must not be none where a password is sent to another machine"
            )
        return self
