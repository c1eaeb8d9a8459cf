"""Every route, by the door it lies behind."""

from django.urls import path

from recovery.views import demo, ops, therapists, webhooks
from recovery.views.patient import accounts as patient_accounts
from recovery.views.patient import (
    checkins,
    handover,
    links,
    logs,
    milestones,
    pages,
    phases,
    reminders,
    unsubscribe,
    visits,
)
from recovery.views.staff import (
    accounts,
    activity,
    addresses,
    alerts,
    clinic,
    consents,
    contacts,
    dry_run,
    enrolment,
    exports,
    facts,
    handling,
    imports,
    languages,
    ledger,
    mail_preview,
    mails,
    observations,
    outcomes,
    overdue,
    pathway_approval,
    pathway_moves,
    pathway_sections,
    pathways,
    patients,
    people,
    practice,
    procedures,
    questionnaires,
    queue,
    recoveries,
    rehearsals,
    thresholds,
    timeline,
)
from recovery.views.staff import checkins as staff_checkins
from recovery.views.staff import logs as staff_logs
from recovery.views.staff import milestones as staff_milestones
from recovery.views.staff import reminders as staff_reminders
from recovery.views.staff import therapists as staff_therapists
from recovery.views.staff import visits as staff_visits

RECOVERY = "recoveries/<uuid:recovery>/"
CHECKIN = f"{RECOVERY}checkins/<uuid:checkin>/"
LINK = "c/<str:token>/"
FIRST_LOG = "f/<str:token>/"
QUESTIONNAIRE = "staff/clinic/questionnaires/<uuid:questionnaire>/"
LANGUAGE = "staff/clinic/languages/<slug:language>/"
PATHWAY = "staff/clinic/pathway/"
DRAFT = f"{PATHWAY}draft/"
VERSION = f"{PATHWAY}versions/<uuid:version>/"
STAFF_RECOVERY = "staff/recoveries/<uuid:recovery>/"
VISIT = f"{STAFF_RECOVERY}visit/"
OBSERVATION = f"{STAFF_RECOVERY}observation/"
IMPORT = "staff/patients/import/"

patient_urls = [
    path("", patient_accounts.home, name="home"),
    path("sign-in/", patient_accounts.sign_in, name="account_login"),
    path("sign-in/", patient_accounts.sign_in, name="account_request_login_code"),
    path("sign-in/code/", patient_accounts.confirm_code, name="account_confirm_login_code"),
    path("sign-out/", patient_accounts.sign_out, name="account_logout"),
    path("people/", patient_accounts.people, name="people"),
    path(RECOVERY, pages.today, name="today"),
    path(f"{RECOVERY}history/", pages.history, name="history"),
    path(f"{RECOVERY}signs/", pages.signs, name="signs"),
    path(f"{RECOVERY}phases/<slug:code>/", phases.phase, name="phase"),
    path(f"{RECOVERY}milestones/", milestones.milestones_list, name="milestones"),
    path(f"{RECOVERY}milestones/<slug:code>/", milestones.milestone_form, name="milestone_form"),
    path(f"{RECOVERY}questions/", visits.visit_questions, name="visit_questions"),
    path(f"{RECOVERY}questions/<uuid:question>/", visits.visit_question, name="visit_question"),
    path(CHECKIN, checkins.checkin_start, name="checkin_start"),
    path(f"{CHECKIN}<uuid:client_id>/", checkins.checkin_form, name="checkin_form"),
    path(f"{CHECKIN}<uuid:client_id>/review/", checkins.checkin_review, name="checkin_review"),
    path(f"{CHECKIN}<uuid:client_id>/sent/", checkins.checkin_saved, name="checkin_saved"),
    path(f"{RECOVERY}reminders/", reminders.reminders, name="reminders"),
    path(f"{RECOVERY}reminders/pause/", reminders.reminders_pause, name="reminders_pause"),
    path(f"{CHECKIN}later/", reminders.checkin_later, name="checkin_later"),
    path(f"{RECOVERY}logs/new/", logs.log_new, name="log_new"),
    path(f"{RECOVERY}logs/<uuid:client_id>/", logs.log_form, name="log_form"),
    path(f"{RECOVERY}logs/<uuid:client_id>/saved/", logs.log_saved, name="log_saved"),
]

link_urls = [
    path(LINK, links.link, name="link"),
    path(f"{LINK}signs/", links.link_signs, name="link_signs"),
    path("s/<str:code>/", links.short_link, name="short_link"),
    path(f"{LINK}opened/", links.link_opened, name="link_opened"),
    path(f"{LINK}later/", reminders.link_later, name="link_later"),
    path(f"{LINK}renew/", links.link_renew, name="link_renew"),
    path(f"{LINK}<uuid:client_id>/", links.link_form, name="link_form"),
    path(f"{LINK}<uuid:client_id>/review/", links.link_review, name="link_review"),
    path(f"{LINK}<uuid:client_id>/saved/", links.link_saved, name="link_saved"),
    path(FIRST_LOG, handover.first_log, name="first_log"),
    path(f"{FIRST_LOG}signs/", handover.first_log_signs, name="first_log_signs"),
    path(f"{FIRST_LOG}<uuid:client_id>/", handover.first_log_form, name="first_log_form"),
    path(f"{FIRST_LOG}<uuid:client_id>/saved/", handover.first_log_saved, name="first_log_saved"),
    path("t/<str:token>/", therapists.therapist_sheet, name="therapist_sheet"),
    path("u/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]

staff_urls = [
    path("staff/sign-in/", accounts.staff_sign_in, name="staff_sign_in"),
    path("staff/sign-out/", accounts.staff_sign_out, name="staff_sign_out"),
    path("staff/password/", accounts.staff_password_reset, name="staff_password_reset"),
    path("staff/welcome/<uidb64>/<token>/", accounts.staff_welcome, name="staff_welcome"),
    path("staff/clinics/", accounts.staff_clinics, name="staff_clinics"),
    path("staff/", queue.queue, name="queue"),
    path("staff/queue/rows/", queue.queue_rows, name="queue_rows"),
    path("staff/queue/filters/", queue.queue_filter, name="queue_filter"),
    path("staff/overdue/", overdue.overdue, name="overdue"),
    path("staff/mails/", mails.unknown_mails, name="unknown_mails"),
    path("staff/mails/preview/", mail_preview.mail_preview, name="mail_preview"),
    path(
        "staff/mails/preview/<slug:kind>/<slug:language>/",
        mail_preview.mail_preview_page,
        name="mail_preview_page",
    ),
    path("staff/mails/<uuid:mail>/settle/", mails.mail_settle, name="mail_settle"),
    path("staff/mails/<uuid:mail>/again/", mails.mail_again, name="mail_again"),
    path("staff/ledger/", ledger.ledger, name="ledger"),
    path("staff/ledger/csv/", ledger.ledger_csv, name="ledger_csv"),
    path("staff/ledger/dry-run/", dry_run.dry_run, name="dry_run"),
    path("staff/activity/", activity.activity, name="activity"),
    path("staff/activity/csv/", activity.activity_csv, name="activity_csv"),
    path("staff/me/", mails.my_mails, name="my_mails"),
    path("staff/patients/", patients.patients, name="patients"),
    path("staff/patients/new/", enrolment.enrol, name="enrol"),
    path(IMPORT, imports.procedure_imports, name="procedure_imports"),
    path(f"{IMPORT}template/", imports.import_template, name="import_template"),
    path(f"{IMPORT}<uuid:listing>/", imports.procedure_import, name="procedure_import"),
    path(f"{IMPORT}<uuid:listing>/confirm/", imports.import_confirm, name="import_confirm"),
    path(f"{IMPORT}<uuid:listing>/discard/", imports.import_discard, name="import_discard"),
    path("staff/practice/", practice.practice, name="practice"),
    path("staff/thresholds/", thresholds.thresholds, name="thresholds"),
    path("staff/thresholds/<uuid:threshold>/", thresholds.threshold, name="threshold"),
    path("staff/outcomes/", outcomes.outcomes_page, name="outcomes"),
    path("staff/observation/", observations.observation_room, name="observation_room"),
    path(STAFF_RECOVERY, recoveries.staff_recovery, name="staff_recovery"),
    path(f"{STAFF_RECOVERY}handling/", handling.handling_page, name="handling"),
    path(f"{STAFF_RECOVERY}claim/", handling.recovery_claim, name="recovery_claim"),
    path(f"{STAFF_RECOVERY}release/", handling.recovery_release, name="recovery_release"),
    path(f"{STAFF_RECOVERY}assign/", handling.recovery_assign, name="recovery_assign"),
    path(f"{STAFF_RECOVERY}notes/", handling.note_new, name="note_new"),
    path(f"{STAFF_RECOVERY}call/", overdue.overdue_call, name="overdue_call"),
    path(f"{STAFF_RECOVERY}back/", overdue.overdue_back, name="overdue_back"),
    path(f"{STAFF_RECOVERY}state/", recoveries.recovery_state, name="recovery_state"),
    path(f"{STAFF_RECOVERY}address/", addresses.address, name="address"),
    path(f"{STAFF_RECOVERY}consent/", consents.consent, name="consent"),
    path(f"{STAFF_RECOVERY}address/works/", addresses.address_works, name="address_works"),
    path(f"{STAFF_RECOVERY}invitation/", addresses.invitation_again, name="invitation_again"),
    path(f"{STAFF_RECOVERY}procedure/", procedures.procedure, name="procedure"),
    path(f"{STAFF_RECOVERY}procedures/new/", procedures.procedure_new, name="procedure_new"),
    path(f"{STAFF_RECOVERY}pathway/", pathway_moves.pathway_move, name="pathway_move"),
    path(f"{STAFF_RECOVERY}discharge/", procedures.discharge, name="discharge"),
    path(OBSERVATION, observations.observation, name="observation"),
    path(f"{OBSERVATION}start/", observations.observation_start, name="observation_start"),
    path(f"{OBSERVATION}check/", observations.observation_check, name="observation_check"),
    path(f"{OBSERVATION}leave/", observations.observation_leave, name="observation_leave"),
    path(f"{OBSERVATION}paper/", observations.observation_paper, name="observation_paper"),
    path(f"{STAFF_RECOVERY}facts/", facts.facts_edit, name="facts_edit"),
    path(f"{STAFF_RECOVERY}person/", people.person_edit, name="person_edit"),
    path(f"{STAFF_RECOVERY}ledger/", ledger.recovery_ledger, name="recovery_ledger"),
    path(f"{STAFF_RECOVERY}ledger/csv/", ledger.recovery_ledger_csv, name="recovery_ledger_csv"),
    path(f"{STAFF_RECOVERY}reminders/", staff_reminders.reminders_of, name="reminders_of"),
    path(
        f"{STAFF_RECOVERY}reminders/pause/",
        staff_reminders.reminders_of_pause,
        name="reminders_of_pause",
    ),
    path(f"{STAFF_RECOVERY}reminders/mobile/", staff_reminders.mobile_works, name="mobile_works"),
    path(VISIT, staff_visits.visit_page, name="visit_page"),
    path(f"{VISIT}pdf/", staff_visits.visit_pdf, name="visit_pdf"),
    path(f"{VISIT}questions/", staff_visits.visit_questions_taken, name="visit_questions_taken"),
    path(f"{STAFF_RECOVERY}therapists/", staff_therapists.therapist_links, name="therapist_links"),
    path(
        f"{STAFF_RECOVERY}therapists/<uuid:link>/revoke/",
        staff_therapists.therapist_link_revoke,
        name="therapist_link_revoke",
    ),
    path(f"{STAFF_RECOVERY}activity/", activity.recovery_activity, name="recovery_activity"),
    path(
        f"{STAFF_RECOVERY}activity/csv/",
        activity.recovery_activity_csv,
        name="recovery_activity_csv",
    ),
    path(f"{STAFF_RECOVERY}contacts/", contacts.contact_new, name="contact_new"),
    path(f"{STAFF_RECOVERY}timeline/", timeline.recovery_timeline, name="recovery_timeline"),
    path(f"{STAFF_RECOVERY}logs/", staff_logs.staff_logs, name="staff_logs"),
    path(f"{STAFF_RECOVERY}logs/new/", staff_logs.staff_log_new, name="staff_log_new"),
    path(f"{STAFF_RECOVERY}checkins/", staff_checkins.staff_checkins, name="staff_checkins"),
    path(
        f"{STAFF_RECOVERY}checkins/<slug:key>/", staff_checkins.staff_checkin, name="staff_checkin"
    ),
    path(
        f"{STAFF_RECOVERY}milestones/", staff_milestones.staff_milestones, name="staff_milestones"
    ),
    path("staff/alerts/<uuid:alert>/claim/", alerts.alert_claim, name="alert_claim"),
    path("staff/alerts/<uuid:alert>/release/", alerts.alert_release, name="alert_release"),
    path("staff/alerts/<uuid:alert>/close/", alerts.alert_close, name="alert_close"),
    path("staff/alerts/<uuid:alert>/snooze/", handling.alert_snooze, name="alert_snooze"),
    path("staff/alerts/<uuid:alert>/wake/", handling.alert_wake, name="alert_wake"),
    path("staff/clinic/", clinic.clinic, name="clinic"),
    path("staff/clinic/staff/", clinic.staff_invite, name="staff_invite"),
    path(
        "staff/clinic/staff/<uuid:membership>/", clinic.membership_change, name="membership_change"
    ),
    path("staff/clinic/on-call/<uuid:user>/", clinic.on_call_change, name="on_call_change"),
    path("staff/clinic/holidays/", clinic.holiday_add, name="holiday_add"),
    path("staff/clinic/holidays/remove/", clinic.holiday_remove, name="holiday_remove"),
    path("staff/clinic/exports/", exports.exports, name="exports"),
    path("staff/clinic/languages/", languages.languages, name="languages"),
    path(LANGUAGE, languages.language, name="language"),
    path(f"{LANGUAGE}words/", languages.language_words, name="language_words"),
    path(f"{LANGUAGE}withdraw/", languages.language_withdraw, name="language_withdraw"),
    path("staff/clinic/questionnaires/", questionnaires.questionnaires, name="questionnaires"),
    path(QUESTIONNAIRE, questionnaires.questionnaire, name="questionnaire"),
    path(f"{QUESTIONNAIRE}forms/", questionnaires.questionnaire_forms, name="questionnaire_forms"),
    path(
        f"{QUESTIONNAIRE}retire/", questionnaires.questionnaire_retire, name="questionnaire_retire"
    ),
    path(PATHWAY, pathways.pathway, name="pathway"),
    path(f"{PATHWAY}begin/", pathways.pathway_begin, name="pathway_begin"),
    path(f"{PATHWAY}load/", pathways.pathway_load, name="pathway_load"),
    path(f"{PATHWAY}schema/", pathways.pathway_schema, name="pathway_schema"),
    path(VERSION, pathways.pathway_version, name="pathway_version"),
    path(f"{VERSION}file/", pathways.pathway_version_file, name="pathway_version_file"),
    path(DRAFT, pathways.pathway_draft, name="pathway_draft"),
    path(f"{DRAFT}file/", pathways.pathway_draft_file, name="pathway_draft_file"),
    path(f"{DRAFT}discard/", pathways.pathway_discard, name="pathway_discard"),
    path(f"{DRAFT}approval/", pathway_approval.pathway_approval, name="pathway_approval"),
    path(f"{DRAFT}rehearsal/", rehearsals.rehearsal, name="rehearsal"),
    path(f"{DRAFT}rehearsal/seen/", rehearsals.rehearsal_seen, name="rehearsal_seen"),
    path(f"{DRAFT}title/", pathway_sections.pathway_title, name="pathway_title"),
    path(f"{DRAFT}forms/new/", pathway_sections.pathway_slot_new, name="pathway_slot_new"),
    path(f"{DRAFT}forms/<slug:key>/", pathway_sections.pathway_slot, name="pathway_slot"),
    path(
        f"{DRAFT}forms/<slug:key>/remove/",
        pathway_sections.pathway_slot_remove,
        name="pathway_slot_remove",
    ),
    path(f"{DRAFT}phases/", pathway_sections.pathway_days, name="pathway_days"),
    path(f"{DRAFT}phases/<slug:code>/", pathway_sections.pathway_texts, name="pathway_texts"),
    path(f"{DRAFT}rules/", pathway_sections.pathway_rules, name="pathway_rules"),
    path(f"{DRAFT}rules/<slug:rule>/", pathway_sections.pathway_rule, name="pathway_rule"),
    path(f"{DRAFT}unanswered/", pathway_sections.pathway_unanswered, name="pathway_unanswered"),
    path(f"{DRAFT}corridor/", pathway_sections.pathway_corridor, name="pathway_corridor"),
]

demo_urls = [
    path("demo/mailbox/", demo.demo_mailbox, name="demo_mailbox"),
    path("demo/mailbox/<str:key>/", demo.demo_mail, name="demo_mail"),
    path("demo/next-day/", demo.demo_next_day, name="demo_next_day"),
]

ops_urls = [
    path("healthz", ops.healthz, name="healthz"),
    path("readyz", ops.readyz, name="readyz"),
    path("hooks/mail/", webhooks.mail_events, name="mail_events"),
]

urlpatterns = [*patient_urls, *link_urls, *staff_urls, *demo_urls, *ops_urls]
